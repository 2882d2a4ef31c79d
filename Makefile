# make run        install what is needed and start the app on http://localhost:8888
# make test       the fast tests; make test-all runs them all
# make lint       style and types
# make bench      the benchmark; make bench-micro AGAINST=../other what a change costs beside another checkout
# make upgrade FROM=../newer   puts the engine/ of a newer starter in the place of this one
# make check-engine   names the files of engine/ that somebody has edited; make manifest, before a release, accepts them

SHELL := /bin/bash
PYTHON ?= python3
# Half of the time of a test is waiting, so that four workers keep two cores busy.
WORKERS ?= 4
# `make test PYTHON=python3.13` has an environment of that Python's own, so that the usual one stays as it is.
VENV := .venv$(if $(findstring command,$(origin PYTHON)),-$(subst /,-,$(PYTHON)))
BIN := $(VENV)/bin
RUN := $(BIN)/python -m tornado.autoreload --until-success app.py
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# An environment of its own, with the Python that is given here or outside, else with an optimized one.
BENCH_PYTHON = $(PYTHON) -m bench.environment $(if $(filter-out file,$(origin PYTHON)),$(PYTHON))

# In a terminal Ctrl-C goes to the app alone (set -m), so that make ends as the app does.
run: $(VENV)/installed
	@if [ -t 0 ]; then set -m; $(RUN); else exec $(RUN); fi

test: $(VENV)/installed $(if $(shell command -v npm),node_modules/installed)
	$(BIN)/python -m pytest -rs -n $(WORKERS) -m "not slow and not shipped"

test-all: $(VENV)/installed $(if $(shell command -v npm),node_modules/installed)
	$(BIN)/python -m pytest -rs -m "not shipped"
	$(BIN)/python -m pytest -rs -p engine.testing.on_pymongo tests/models tests/test_walk.py

lint: $(VENV)/installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright

bench: $(if $(shell command -v npm),bench/peers/node/node_modules/installed)
	@python=$$($(BENCH_PYTHON)) && $$python -m bench $(ARGS)

bench-micro:
	@python=$$($(BENCH_PYTHON)) && $$python -m bench.micro $(if $(AGAINST),--against $(AGAINST)) $(ARGS)

upgrade: $(VENV)/installed
	@$(BIN)/python -m engine.package.upgrade "$(FROM)"

check-engine: $(VENV)/installed
	$(BIN)/python -m engine.package.manifest

manifest: $(VENV)/installed
	$(BIN)/python -m engine.package.manifest write

$(VENV)/installed: requirements.txt requirements-dev.txt engine/requirements.txt engine/requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed. If you have one under another name: PYTHON=python3.13 make run"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing: sudo apt-get install python3-venv"; exit 1; }
	@[ "$$(uname)" != Linux ] || $(PYTHON) -c 'import ctypes; ctypes.CDLL("libcurl.so.4")' 2>/dev/null || \
		{ echo "MongoDB needs libcurl: sudo apt-get install libcurl4"; exit 1; }
	@echo "Installing Python packages into $(VENV) ..."
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@$(PIP) -r requirements-dev.txt
	@touch $@

# Not a pattern rule: the % of one matches nothing less than a character.
node_modules/installed: package.json
bench/peers/node/node_modules/installed: bench/peers/node/package.json
node_modules/installed bench/peers/node/node_modules/installed:
	@echo "Installing the packages of $< ..."
	@cd $(dir $<) && npm install --no-audit --no-fund --no-package-lock --loglevel=error
	@touch $@

.PHONY: run test test-all lint bench bench-micro upgrade check-engine manifest
