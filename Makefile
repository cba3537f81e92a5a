# Doorward. `make` alone lists the targets. Needs Python 3.11 or newer, make and git; everything else goes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
ARGS ?=
STATIC := src/doorward/apps/console/static

# One thread per process: planners get cores by processes, never by threads inside a kernel.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export VECLIB_MAXIMUM_THREADS := 1
export NUMEXPR_NUM_THREADS := 1
export NUMBA_NUM_THREADS := 1

.PHONY: help demo up ui client test lint bench warm setup clean

help:
	@echo "make demo    set up, then a whole simulated day on a small network"
	@echo "make up      set up, then the network as a service: control tower, API, tracking pages"
	@echo "make test    set up, then every check: style, types, floors, tests"
	@echo "make lint    style, types and floors only"
	@echo "make client  the Python client and the request collection, from the API's description"
	@echo "make bench   the benchmark tables; make bench ARGS=sourcing for one of them"
	@echo "make warm    compile the kernels once, ahead of the first run"
	@echo "make setup   only set up .venv with everything a developer needs"
	@echo "make clean   remove .venv, caches and builds"

demo: $(VENV)/.warm
	@$(BIN)/doorward demo $(ARGS)

up: $(VENV)/.warm $(STATIC)/index.html
	@$(BIN)/doorward up $(ARGS)

ui: $(STATIC)/index.html

client: $(VENV)/.dev
	$(BIN)/python -m tools.client

test: lint $(STATIC)/index.html
	@if command -v npm >/dev/null; then cd ui && npm test --silent; else echo "No npm here: the console's own tests are left out."; fi
	$(BIN)/python -m pytest -n 2 $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy --strict src/doorward
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/.dev
	@for file in bench/$(if $(ARGS),$(ARGS),[!_]*).py; do \
		test -f "$$file" || { echo "no such benchmark: $$file"; exit 1; }; \
		name=$${file##*/}; $(BIN)/python -m bench.$${name%.py} || exit 1; \
	done

warm: $(VENV)/.run
	@$(BIN)/doorward warm
	@touch $(VENV)/.warm

setup: $(VENV)/.dev

clean:
	rm -rf $(STATIC) $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name node_modules -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# Set-up is done once; each stamp is renewed when pyproject.toml changes.
$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "doorward needs Python 3.11 or newer, and $(PYTHON) is older or missing."; \
		echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up $(VENV) (once, about a minute)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) cannot make a virtual environment."; \
		echo "On Debian or Ubuntu: apt-get install python3-venv, then the same make again."; exit 1; }
	@touch $@

$(VENV)/.run: pyproject.toml $(VENV)/.python
	@echo "Installing doorward"
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml $(VENV)/.python
	@echo "Installing doorward and the tools to test it"
	@$(INSTALL) --editable '.[dev]'
	@touch $(VENV)/.run $@

# The console is built where Node is; without it the server runs and says so on its page.
$(STATIC)/index.html: $(shell find ui/src ui/public ui/index.html ui/package-lock.json ui/*.ts 2>/dev/null)
	@if command -v npm >/dev/null; then \
		echo "Building the console (once, about half a minute)"; \
		cd ui && npm ci --no-audit --no-fund --loglevel=error && npm run build --silent && touch ../$@; \
	else echo "No npm here: the console is not built. Install Node 20 or newer, then: make ui"; fi

$(VENV)/.warm: $(VENV)/.run
	@$(BIN)/doorward warm
	@touch $@
