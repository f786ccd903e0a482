# Every target sets up what it needs first; a second time that takes a tenth of a second.
SHELL := /bin/sh
PYTHON ?= python3
PY := scripts/python
PROCESSES ?= 2

TEST := $(PY) -m pytest --numprocesses=$(PROCESSES) --dist=loadfile --ignore=tests/faults \
	$(if $(filter without,$(BROWSER)),--ignore=tests/browser)
SERVICES := $(PY) -m scripts.services

.PHONY: help setup demo story run test test-services test-browser pictures check format faults bench lock
help:
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 24

setup: ## install everything, on a fresh machine too
	@$(PYTHON) scripts/setup.py

demo: setup ## a demo practice, the whole story once, then serve it
	@$(PY) -m demo

story: setup ## the same story without serving; ends by itself
	@$(PY) -m demo.story

run: setup ## the stack against whatever the environment names
	@$(PY) -m scripts.stack

test: setup ## the suite on SQLite and the embedded broker
	@$(TEST)

test-services: setup ## the suite on PostgreSQL and Redis
	@$(SERVICES) $(TEST)

test-browser: ## install Chromium where possible, run the browser tests
	@$(PYTHON) scripts/setup.py --browser
	@$(PY) -m pytest --numprocesses=$(PROCESSES) tests/browser

pictures: ## a picture of every page into var/pictures/
	@$(PYTHON) scripts/setup.py --browser
	@$(PY) -m demo.pictures

check: setup ## the house rules, formatting, types; under a minute
	@$(PY) -m scripts.check

format: setup ## put the code and the templates into shape
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format .

faults: setup ## kill workers, lose answers; FAULTS=short for a few
	@$(PY) -m tests.faults $(if $(filter short,$(FAULTS)),--short)

bench: setup ## figures with their targets
	@$(PY) -m tests.benchmarks

lock: setup ## renew requirements/ from pyproject.toml
	@$(PY) -m scripts.lock
