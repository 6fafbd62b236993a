# `make demo` and `make test` need only Python 3.11+, make and the package registries.
PYTHON ?= python3
PORT ?= 8765
BIN := .venv/bin
READY := .venv/.ready

.PHONY: setup demo test check bench rules docs-pictures browser format lock clean

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up .venv (once) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==0.13.9
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements.lock
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps -e .
	@touch $@

setup: $(READY)

demo: $(READY)
	@PORT=$(PORT) $(BIN)/meldwijzer demo

test: $(READY) browser
	@$(BIN)/pytest --cov --cov-report=term:skip-covered

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	@$(BIN)/python -m bench

rules: $(READY)
	@$(BIN)/python -m tests.rule_table

docs-pictures: $(READY) browser
	@$(BIN)/python -m tests.docs.pictures

browser: $(READY)
	@sh tests/ensure_browser.sh

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(READY)
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--group dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .coverage
