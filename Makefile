# Tasks for people. `make help` lists them. Needs make, python3 (3.11 or newer) and python3-venv, nothing else.
SHELL   := /bin/bash
# The system's Python where it will do: distributions build theirs optimised. One built from source by hand, which is often first in
# the PATH, seldom is, and takes half as long again for everything. PYTHON=… names another.
SYSTEM  := /usr/bin/python3
PYTHON  ?= $(shell $(SYSTEM) -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(SYSTEM) || echo /usr/bin/env python3)
PORT    ?= 8080
VENV    := .venv
BIN     := $(VENV)/bin
# As many at once as there are cores, four at most, each file whole: a browser and a PostgreSQL of one's own for each.
BESIDE  := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# In memory where there are four gigabytes of it to spare: thousands of small databases wait for the disk else.
ROOM    := $(shell [ -w /dev/shm ] && [ "$$(df -m --output=avail /dev/shm 2>/dev/null | tail -n 1)" -gt 4000 ] && echo /dev/shm || echo "$${TMPDIR:-/tmp}")
# Wheels only, and only those whose hash stands in a lock file: no compiler, no surprise.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --only-binary :all:

.DEFAULT_GOAL := help
.PHONY: help demo test check bench messages tables lock clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

demo: $(VENV)/.core ## Serve a demo newsroom from a throw-away folder (PORT=8080)
	@exec $(BIN)/folkmoot demo --port $(PORT)

test: $(VENV)/.test ## Run the suite on both engines and in a browser; says what it leaves out and why
	@requirements/debian
	@TMPDIR="$(ROOM)" $(BIN)/python -m pytest -m "not long" $(BESIDE) -rs $(TESTS)

check: $(VENV)/.dev ## Lint, types and the invariants of the house
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest tests/test_architecture.py tests/test_docs.py

bench: $(VENV)/.test ## Measure, and print each figure beside its limit
	@$(BIN)/python -m bench $(BENCH)

messages: $(VENV)/.test ## Collect the words that people read into the catalogues
	@$(BIN)/python -m folkmoot.locale

tables: $(VENV)/.test ## Write the tables in docs/ again, from the code
	@$(BIN)/python -m tests.test_docs

lock: $(VENV)/.dev ## Pin newer versions of all dependencies, with their hashes
	@PATH="$(CURDIR)/$(BIN):$$PATH" requirements/compile

clean: ## Remove the environment and what tools left behind
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Folkmoot needs Python 3.11 or newer; $$($(PYTHON) --version 2>&1) is what \"$(PYTHON)\" starts. Set PYTHON=… to another." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python cannot make an environment here. On Debian: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.core: requirements/build.txt requirements/core.txt pyproject.toml | $(BIN)/python
	@echo "Installing what Folkmoot needs into $(VENV) …" >&2
	@$(INSTALL) -r requirements/build.txt -r requirements/core.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.core
	@echo "Installing what the tests need into $(VENV) …" >&2
	@$(INSTALL) -r requirements/test.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.test
	@echo "Installing the tools of development into $(VENV) …" >&2
	@$(INSTALL) -r requirements/dev.txt
	@touch $@
