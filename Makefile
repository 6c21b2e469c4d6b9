# The commands of the README; each sets up what it needs. `make install` does only that.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo install test bench picture

demo: .venv/installed
	@$(BIN)/companion demo

install: .venv/installed

test: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not journey"
	$(BIN)/python -m pytest -n auto --dist loadfile -m journey

bench: .venv/tested
	$(BIN)/python -m tests.bench

# the picture of the README, from a demo that it starts itself
picture: .venv/tested
	$(BIN)/python -m tests.picture

.venv/installed: requirements.txt pyproject.toml static/package-lock.json static/build.py
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --no-build-isolation --no-deps -e .
	$(BIN)/python static/build.py
	@touch $@

.venv/tested: .venv/installed tests/requirements.txt
	$(BIN)/pip install --quiet --require-hashes -r tests/requirements.txt
	@touch $@
