#!/usr/bin/env bash
# Install the fuzzer, if it is not there, and run it: scripts/fuzz.sh [TARGET...] [FILE]
set -euo pipefail
cd "$(dirname "$0")/.."
lock=requirements/fuzz.txt stamp=.venv/stamps/fuzz
now=$(sha256sum $lock | cut -c1-16)
if [ "$(cat $stamp 2>/dev/null)" != "$now" ]; then
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r $lock
  mkdir -p "${stamp%/*}"
  echo "$now" >$stamp
fi
exec nice .venv/bin/python tests/fuzz "$@"
