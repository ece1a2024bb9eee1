# Two commands: `make demo` shows everything, `make test` proves it. Both set up what is missing first.
.PHONY: help demo test setup setup-test lint bench fuzz lock serve clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1	/'

demo: setup ## set up, load the demonstration county, write maps and exports to build/demo/, serve (SERVE=0: do not)
	@SERVE=$(or $(SERVE),1) scripts/demo.sh

test: setup-test lint ## set up, check and run every test
	.venv/bin/pytest -n 2 $(PYTEST)

setup: ## install what running needs
	@scripts/setup.sh demo

setup-test: ## install what the tests need as well
	@scripts/setup.sh test

lint: setup-test ## ruff, mypy (strict), import-linter
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: setup-test ## measure against doing the same by hand; prints a table
	.venv/bin/python tests/bench

fuzz: setup-test ## give each of our own parsers its share of FUZZ_SECONDS (600) of spoilt input (FUZZ="kml dxf": these only)
	scripts/fuzz.sh $(FUZZ)

lock: ## resolve all dependencies anew (UPGRADE=1: to their newest versions)
	scripts/lock.sh $(if $(UPGRADE),--upgrade)

serve: setup ## serve http://127.0.0.1:8000
	.venv/bin/gisreg serve

clean: ## remove what make wrote here; the database stays
	rm -rf build node_modules .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache *.egg-info
