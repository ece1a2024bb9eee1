#!/usr/bin/env bash
# Install what is missing, and nothing twice: system packages, Python packages into .venv, the project, browser code.
#   scripts/setup.sh demo     what running needs
#   scripts/setup.sh test     the same and what the tests need
# The caller's environment (PIP_CERT, NODE_EXTRA_CA_CERTS, proxies, …) goes through to every tool, under sudo too.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-demo}
case $purpose in demo | test) ;; *) echo "scripts/setup.sh demo|test" >&2; exit 2 ;; esac
total=6 number=0
SETUP_ERROR=9 # the same exit code as gisreg's own set-up errors

step() { number=$((number + 1)); echo "[$number/$total] $1 · $2"; }
fail() { echo "错误 · error: $1" >&2; exit "$SETUP_ERROR"; }
checksum() { cat "$@" | sha256sum | cut -c1-16; }
as_root() {
  if [ "$(id -u)" = 0 ]; then env "$@"; else sudo env "$@"; fi
}
caller_environment() { # what apt may need to reach its mirror, as NAME=VALUE words
  env | grep -E '^([a-z_]+_proxy|[A-Z_]+_PROXY|SSL_CERT_FILE|SSL_CERT_DIR)=' || true
}

# --- system packages ---------------------------------------------------------------------------------------------
has_postgis() { # a server with PostGIS beside it, in Debian's place or in that of the PostgreSQL project's RPMs
  local control
  for control in /usr/share/postgresql/*/extension/postgis.control /usr/pgsql-*/share/extension/postgis.control; do
    [ -e "$control" ] && return 0
  done
  return 1
}
has_font() { [ -d /usr/share/fonts/opentype/noto ] || fc-list :lang=zh 2>/dev/null | grep -q .; }
has_python() { python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
has_browser() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
has_atomic() { [ -e /usr/lib/"$HOSTTYPE"-linux-gnu/libatomic.so.1 ] || ldconfig -p 2>/dev/null | grep -q libatomic.so.1; }
has_qgis() { /usr/bin/python3 -c 'import qgis.core' 2>/dev/null; }
external_database() { [ -n "${GISREG_DATABASE_URL:-}" ]; }

missing_packages() { # the words for apt; PostgreSQL's major is the system's own and known only after an update
  has_python || echo python3 python3-venv
  { has_postgis || { external_database && [ "$purpose" = demo ]; }; } || echo POSTGIS
  has_font || echo fonts-noto-cjk
  [ "$purpose" = test ] || return 0
  has_browser || echo chromium
  has_atomic || echo libatomic1 # the browser tests' own node asks for it
  command -v ogr2ogr >/dev/null || echo gdal-bin
  has_qgis || echo python3-qgis qgis-providers # check-outs are opened, edited and saved in it
}

postgis_packages() {
  local major
  major=$(apt-cache show postgresql 2>/dev/null | sed -n 's/^Version: \([0-9]*\).*/\1/p' | head -1)
  [ -n "$major" ] || fail "apt 中没有 postgresql · apt knows no postgresql"
  echo "postgresql-$major postgresql-$major-postgis-3"
}

install_system_packages() {
  local -a words environment
  local missing no_main=/etc/postgresql-common/createcluster.d/gisreg.conf log
  mapfile -t words < <(missing_packages)
  missing="${words[*]}"
  [ -n "$missing" ] || { echo "      已齐备 · all there"; return; }
  command -v apt-get >/dev/null || fail "系统没有 apt，请自行安装 · no apt here, please install: ${missing/POSTGIS/PostgreSQL PostGIS}"
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || fail "需要 root 或 sudo 来安装 · root or sudo is needed to install: $missing"
  mapfile -t environment < <(caller_environment)
  environment+=(DEBIAN_FRONTEND=noninteractive)
  log=$(mktemp)
  as_root "${environment[@]}" apt-get update -qq
  if [[ " $missing " == *" POSTGIS "* ]]; then
    missing=${missing/POSTGIS/$(postgis_packages)}
    # The registry makes a cluster of its own: Debian's package shall not start another one beside it.
    as_root mkdir -p "${no_main%/*}"
    echo "create_main_cluster = false" | as_root tee "$no_main" >/dev/null
  fi
  echo "      $missing"
  # shellcheck disable=SC2086 # one word a package is meant
  as_root "${environment[@]}" apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 $missing >"$log" 2>&1 ||
    { tail -20 "$log" >&2; as_root rm -f "$no_main"; fail "apt 安装失败 · apt could not install: $missing"; }
  rm -f "$log"
  as_root rm -f "$no_main"
}

# --- Python ------------------------------------------------------------------------------------------------------
stamps=.venv/stamps
make_venv() {
  .venv/bin/python -c '' 2>/dev/null || { rm -rf .venv; python3 -m venv .venv; }
  mkdir -p $stamps
}
pip_install() { .venv/bin/python -m pip install -q --disable-pip-version-check "$@"; }

install_python_packages() { # a stamp holds the checksum of the lock that was installed
  local lock=requirements/runtime.txt stamp=$stamps/runtime
  # The tests' lock is a superset of the other with the same versions.
  [ "$(cat $stamps/test 2>/dev/null)" = "$(checksum requirements/test.txt)" ] && { echo "      已齐备 · all there"; return; }
  [ "$purpose" = test ] && lock=requirements/test.txt stamp=$stamps/test
  [ "$(cat $stamp 2>/dev/null)" = "$(checksum $lock)" ] && { echo "      已齐备 · all there"; return; }
  pip_install --require-hashes -r $lock
  checksum $lock >$stamp
}

install_project() {
  # Compiled now, like any installed package: the first command, and one that may not write here, starts as fast as all.
  .venv/bin/python -m compileall -q gisreg api maps migrations
  local now; now=$(checksum pyproject.toml requirements/runtime.in)
  [ "$(cat $stamps/project 2>/dev/null)" = "$now" ] && { echo "      已齐备 · all there"; return; }
  pip_install --no-deps --no-build-isolation -e .
  echo "$now" >$stamps/project
}

# --- browser code ------------------------------------------------------------------------------------------------
install_browser_code() {
  local now; now=$(checksum package-lock.json)
  [ "$(cat node_modules/.stamp 2>/dev/null)" = "$now" ] && { echo "      已齐备 · all there"; return; }
  if ! { command -v npm && command -v node; } >/dev/null; then
    echo "      本机没有 npm，装入 .venv · no npm here, it goes into .venv"
    pip_install --require-hashes -r requirements/node.txt
  fi
  # No install scripts: the packages are files to be served, nothing of theirs runs here.
  PATH="$PATH:$PWD/.venv/bin" npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
  echo "$now" >node_modules/.stamp
}

step "系统软件包" "system packages"; install_system_packages
step "Python 环境 .venv" "Python environment .venv"; make_venv
step "Python 包（版本与校验和固定）" "Python packages, pinned with hashes"; install_python_packages
step "本项目" "the project itself"; install_project
step "浏览器代码（Leaflet 等）" "browser code (Leaflet and others)"; install_browser_code
step "检查" "check"; .venv/bin/gisreg --version
