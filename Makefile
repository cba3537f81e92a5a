# Doorward. `make` alone lists the targets. Needs Python 3.11 or newer, make and git; everything else goes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
ARGS ?=

# One thread per process: planners get cores by processes, never by threads inside a kernel.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export VECLIB_MAXIMUM_THREADS := 1
export NUMEXPR_NUM_THREADS := 1
export NUMBA_NUM_THREADS := 1

.PHONY: help demo test lint bench warm setup clean

help:
	@echo "make demo    set up, then a whole simulated day on a small network"
	@echo "make test    set up, then every check: style, types, floors, tests"
	@echo "make lint    style, types and floors only"
	@echo "make bench   the benchmark tables; make bench ARGS=sourcing for one of them"
	@echo "make warm    compile the kernels once, ahead of the first run"
	@echo "make setup   only set up .venv with everything a developer needs"
	@echo "make clean   remove .venv, caches and builds"

demo: $(VENV)/.warm
	@$(BIN)/doorward demo $(ARGS)

test: lint
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
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
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

$(VENV)/.warm: $(VENV)/.run
	@$(BIN)/doorward warm
	@touch $@
