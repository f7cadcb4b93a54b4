# Two commands matter: `make run` and `make test`. Both work on an empty machine with Python 3.11 and make.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   ?= .venv
BIN    := $(VENV)/bin
INSTALL := $(BIN)/pip install -qq --require-hashes --disable-pip-version-check
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
           --no-emit-trusted-host --strip-extras --no-header --no-annotate --allow-unsafe
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

# Thousands of small databases are made and thrown away: in memory where there is room for them.
TEMPROOT := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4000000 { print "/dev/shm" }')

.DEFAULT_GOAL := help
.PHONY: help run test sure lint types imports format bench lock clean tools

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | \
	  awk -F'\t' '{ printf "  make %-9s %s\n", $$1, $$2 }'

run: $(INSTALLED) ## everything on this machine: a stand-in dialer, the gateway with its console, a website (ARGS="--port 8001")
	@$(BIN)/gateway demo $(ARGS)

test: $(INSTALLED_DEV) tools ## every test (ARGS="tests/store -x")
	@$(if $(TEMPROOT),PYTEST_DEBUG_TEMPROOT=$(TEMPROOT)) $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

sure: lint types imports test ## everything that must be right before a change goes in

lint: $(INSTALLED_DEV) ## style and likely mistakes
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(INSTALLED_DEV) ## mypy, strict
	@$(BIN)/mypy

imports: $(INSTALLED_DEV) ## who may import whom
	@$(BIN)/lint-imports

format: $(INSTALLED_DEV) ## write the code the way `make lint` wants it
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(INSTALLED_DEV) ## how fast it is: a quick look (ARGS="--help"; bench/README.md)
	@$(BIN)/python -m bench.run $(or $(ARGS),--quick)

lock: $(INSTALLED_DEV) ## write requirements*.lock again after a change of pyproject.toml
	@$(BIN)/python -c 'import tomllib; print("\n".join(tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"]))' > $(VENV)/dev.in
	@printf 'hatchling\neditables\n' > $(VENV)/build.in
	@$(COMPILE) $(ARGS) --output-file requirements-build.lock $(VENV)/build.in
	@$(COMPILE) $(ARGS) --output-file requirements.lock pyproject.toml
	@$(COMPILE) $(ARGS) --output-file requirements-dev.lock --constraint requirements.lock pyproject.toml $(VENV)/dev.in

clean: ## remove what was made here, leads of `make run` included
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

tools:
	@.ci/tools

$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo "Python 3.11 is needed: install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	  { echo "$(PYTHON) is not Python 3.11, which the locks are for: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Making $(VENV) ..." >&2
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv is missing (Debian: apt-get install python3-venv)" >&2; exit 1; }

$(INSTALLED): $(BIN)/pip requirements.lock requirements-build.lock pyproject.toml
	@test -e $(INSTALLED_DEV) || echo "Installing what the gateway needs ..." >&2
	@test -e $(INSTALLED_DEV) || $(INSTALL) --requirement requirements.lock
	@$(INSTALL) --requirement requirements-build.lock
	@$(BIN)/pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

$(INSTALLED_DEV): $(BIN)/pip requirements-dev.lock requirements-build.lock pyproject.toml
	@echo "Installing what the tests need ..." >&2
	@$(INSTALL) --requirement requirements-dev.lock
	@$(INSTALL) --requirement requirements-build.lock
	@$(BIN)/pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@ $(INSTALLED)
