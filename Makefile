# `make run` checks examples/ with the shipped rules; `make test` runs lint, types and tests;
# `make quick` lints and runs the tests that are fast. All set up .venv first; with PINNED=1 it
# holds what requirements/ci.txt pins by hash and nothing else. `make bench` measures against peers,
# installed in .venv-peers; `make counts` gathers what SECURITY.md says of suites, random inputs and
# planted mistakes.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
SECONDS ?= 600

.PHONY: run test quick lint types unit bench counts clean

run: .venv/installed
	$(BIN)/policy-check rules/ examples/policies/ examples/infrastructure/

test: lint types unit

quick: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pytest -m "not slow" --quiet

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

counts: .venv/installed
	PYTHONPATH=. $(BIN)/python tools/gate_counts.py --seconds $(SECONDS)

.venv/installed: pyproject.toml $(if $(PINNED),requirements/ci.txt)
	@echo "setting up .venv (once, about 2 minutes)"
	$(PYTHON) -m venv .venv
ifdef PINNED
	$(PIP) --require-hashes --requirement requirements/ci.txt
	$(PIP) --no-deps --no-build-isolation --editable .
else
	$(PIP) --editable '.[dev]'
endif
	touch $@

.venv-peers/installed:
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --disable-pip-version-check parliament cloudsplaining
	touch $@

clean:
	rm -rf .venv .venv-peers build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
