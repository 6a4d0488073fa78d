# What people and CI call. Every target sets up what it needs first; that takes well under a second when nothing changed.

PYTHON ?= python3
VENV := .venv/bin/python
export PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev setup-browser run dev test lint format lock bench screenshots test-next

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

setup: ## Make .venv from the hashed locks and build the assets
	@$(PYTHON) -m scripts.setup

setup-dev: ## The same, with what tests and linters need
	@$(PYTHON) -m scripts.setup --dev

setup-browser: ## The same, with a Chromium
	@$(PYTHON) -m scripts.setup --browser

run: ## Serve with demo data on SQLite at 127.0.0.1:PORT (8000)
	@$(PYTHON) -m scripts.setup --port "$(PORT)"
	@exec $(VENV) -m scripts.run

dev: ## The same database with DEBUG on and reloading
	@$(PYTHON) -m scripts.setup --dev --port "$(PORT)"
	@exec $(VENV) -m scripts.run --dev

test: setup-browser ## Run every test; make test ARGS="-k words" runs some
	@$(VENV) -m scripts.test $(ARGS)

lint: setup-dev ## Check style, types, imports, templates and scripts
	@$(VENV) -m scripts.lint

format: setup-dev ## Repair what can be repaired by machine
	@$(VENV) -m scripts.lint --fix

lock: setup-dev ## Make the locks in requirements/ anew from pyproject.toml
	@$(VENV) -m scripts.lock $(ARGS)

bench: setup-dev ## Measure what docs/scale.md promises
	@$(VENV) -m scripts.bench $(ARGS)

screenshots: setup-browser ## Take a picture of every page
	@$(VENV) -m scripts.screenshots $(ARGS)

test-next: setup-browser ## Run the tests on the newest Django, where there is a Python 3.12 or newer
	@$(VENV) -m scripts.test_next $(ARGS)
