#!/usr/bin/env bash
# Resolve requirements/*.in and package.json anew into locks with hashes. The locks name no registry host.
set -euo pipefail
cd "$(dirname "$0")/.."
export PIP_CONFIG_FILE=/dev/null # a machine's own constraints and mirrors must not leak into the locks
unset PIP_FIND_LINKS PIP_CONSTRAINT PIP_INDEX_URL PIP_EXTRA_INDEX_URL
[ -x .venv/bin/pip-compile ] || .venv/bin/pip install -q pip-tools
compile() { # compile OUTPUT INPUT...
  .venv/bin/pip-compile -q --generate-hashes --strip-extras --allow-unsafe --no-header --no-emit-index-url \
    --no-emit-find-links --no-annotate --resolver=backtracking "${UPGRADE[@]}" -o "$@"
}
UPGRADE=()
[ "${1:-}" = --upgrade ] && UPGRADE=(--upgrade)
compile requirements/runtime.txt requirements/runtime.in requirements/build.in
compile requirements/test.txt requirements/test.in requirements/build.in -c requirements/runtime.txt
compile requirements/fuzz.txt requirements/fuzz.in
compile requirements/node.txt requirements/node.in
npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund
