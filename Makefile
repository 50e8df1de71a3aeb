# `make run` and `make test` are all that a newcomer needs; `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
UV := $(or $(shell command -v uv 2>/dev/null),.uv/bin/uv)
PY := .venv/bin/python
# Without compiled files every start of Rasa would compile ten thousand of them anew.
SYNC := $(UV) sync --frozen --compile-bytecode --python $(PYTHON)

.DEFAULT_GOAL := help
.PHONY: help run demo-desk train check test bench audit format clean

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

run: .venv/.synced ## Start everything and print the address of the sample library's page (PORT moves it)
	@$(PY) -m bot run

demo-desk: .venv/.synced ## The same with data of its own: a desk full of talks, and patrons who wait
	@$(PY) -m bot run --demo

train: .venv/.synced ## Train the model if what it is made from has changed
	@$(PY) -m bot train

check: .venv/.synced ## Format, lint, types, and the library's and the assistant's data
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) -m codespell_lib
	$(PY) -m yamllint --strict .
	$(PY) -m bot check

test: .venv/.synced ## All tests, with their own PostgreSQL and browser
	$(PY) tests/prepare.py
	$(PY) tests/run.py

bench: .venv/.synced ## Measure speed and memory beside stock Rasa; writes docs/benchmarks.md
	$(PY) -m tests.bench

audit: .venv/.synced ## Known holes in what faces the public
	$(UV) export --frozen --no-dev --group gateway --no-emit-project > .venv/gateway.txt
	$(UV) tool run pip-audit --requirement .venv/gateway.txt --require-hashes --disable-pip --strict

format: .venv/.synced ## Put the code in the house's form
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

clean: ## Remove what was built here: environment, models, run-time data
	rm -rf .venv .uv models var .rasa

.uv/bin/uv:
	@echo "Installing uv into .uv …"
	@$(PYTHON) -m venv .uv && .uv/bin/pip install --quiet --disable-pip-version-check uv

.venv/.synced: pyproject.toml uv.lock | $(UV)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	  { echo "Foyer needs Python 3.11 ($(PYTHON) is another one). Name it: make PYTHON=python3.11"; exit 1; }
	@echo "Installing what Foyer is built on into .venv (about a minute) …"
	@$(SYNC)
	@touch $@
