#!/usr/bin/env bash
# The demonstration: database, invented county, labels, maps and exports in build/demo/, then the server.
# It uses the default data directory (GISREG_HOME), so that every `gisreg …` of the README works on it afterwards; the
# invented county has a code of its own, which no real county can have. SERVE=0 stops before serving.
set -euo pipefail
cd "$(dirname "$0")/.."
gisreg=.venv/bin/gisreg out=build/demo
total=5 number=0
step() { number=$((number + 1)); echo "[$number/$total] $1 · $2"; }

step "数据库" "the database"
home=$($gisreg db init --json | sed -n 's/^ "where": "\(.*\)",$/\1/p')

# Everything below follows from the code, the data files and the database it went into: done once for each.
code=$(git ls-files -z gisreg maps data migrations | sort -z | xargs -0 cat | sha256sum)
database=$(stat -c '%i %Y' "$home/prepared" 2>/dev/null || echo "${GISREG_DATABASE_URL:-}")
now=$(echo "$code $database" | sha256sum | cut -c1-16)
if [ "$(cat $out/.stamp 2>/dev/null)" = "$now" ]; then
  echo "      示范数据、地图与导出文件均已齐备 · data, maps and exports are there: $out"
  number=4
else
  mkdir -p $out && rm -f $out/.stamp
  step "示范县与处置建议" "the demonstration county and its labels"; $gisreg demo
  step "地图" "maps"; $gisreg map all -o $out/maps
  step "导出" "exports"
  # One invented name holds a character that GBK lacks, which is refused and never dropped: hence UTF-8.
  $gisreg export -o $out/parcels.shp.zip --encoding UTF-8
  for file in parcels.gpkg parcels.geojson; do $gisreg export -o $out/$file; done
  echo "$now" >$out/.stamp
fi

step "网页服务" "the server"
if [ "${SERVE:-1}" = 0 ]; then
  echo "      SERVE=0，不启动 · not started. $out:"; ls -1 $out
else
  exec $gisreg serve
fi
