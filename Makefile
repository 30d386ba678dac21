# `make run` checks examples/ with the shipped rules; `make test` runs lint, types and tests.
# Both set up .venv first. `make bench` measures against peers, installed in .venv-peers.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint types unit bench clean

run: .venv/installed
	$(BIN)/policy-check rules/ examples/policies/

test: lint types unit

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: .venv/installed
	$(BIN)/mypy

unit: .venv/installed
	$(BIN)/pytest --numprocesses auto --dist worksteal

bench: .venv/installed .venv-peers/installed
	$(BIN)/python benchmarks/managed_policies.py --peers .venv-peers/bin/python

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

.venv-peers/installed:
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --disable-pip-version-check parliament cloudsplaining
	touch $@

clean:
	rm -rf .venv .venv-peers build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
