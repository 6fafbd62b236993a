# `make demo` and `make test` need only Python 3.11+, make and the package registries.
PYTHON ?= python3
PORT ?= 8765
BIN := .venv/bin
INSTALLED := .venv/.installed
READY := .venv/.ready
WORKERS ?= 2
PYTEST = $(BIN)/pytest -n $(WORKERS) --dist worksteal
UV := VIRTUAL_ENV=.venv $(BIN)/uv

.PHONY: install setup demo test test-fast coverage check bench rules docs-pictures browser format lock clean help

define install
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up .venv (once) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.lock
	@$(UV) pip sync --quiet --require-hashes $(1)
	@$(UV) pip install --quiet --no-deps --build-constraints requirements-build.lock -e .
endef

# What the program needs to run, without what installed it.
$(INSTALLED): requirements.lock requirements-build.lock pyproject.toml
	$(call install,requirements.lock)
	@$(UV) pip uninstall --quiet uv pip setuptools
	@touch $@

$(READY): requirements-dev.lock requirements-build.lock pyproject.toml
	$(call install,requirements-dev.lock)
	@touch $(INSTALLED) $@

install: $(INSTALLED)  ## what the program needs

setup: $(READY)  ## the same, with what the tests need

demo: $(INSTALLED)  ## the bot with a practice workspace, at http://localhost:8765
	@PORT=$(PORT) $(BIN)/meldwijzer demo

test: $(READY) browser  ## all tests
	@$(PYTEST)

test-fast: $(READY)  ## the tests of a minute
	@$(PYTEST) -m "not slow"

coverage: $(READY) browser  ## all tests, and what they do not reach
	@$(PYTEST) --cov --cov-report=term:skip-covered

check: $(READY)  ## lint, format, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)  ## speed beside bare Bolt
	@$(BIN)/python -m bench

rules: $(READY)  ## write docs/rules.md, and the list of wrong situations in docs/operations.md
	@$(BIN)/python -m tests.rule_table
	@$(BIN)/python -m tests.bot_cli.wrong.list

docs-pictures: $(READY) browser  ## take the pictures of docs/ again
	@$(BIN)/python -m tests.docs.pictures

browser: $(READY)  ## install a browser if there is none
	@sh tests/ensure_browser.sh

format: $(READY)  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

lock: $(READY)  ## write the lock files
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) -c requirements.lock --group dev --group bench pyproject.toml -o requirements-dev.lock
	$(COMPILE) -c requirements-dev.lock --group build -o requirements-build.lock

clean:  ## remove what can be made again
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .coverage

help:  ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16
