# Every target sets itself up: Python packages and Node.js go into .venv, the CDK CLI into node_modules; nothing is installed elsewhere.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1
# The CDK CLI asks its maintainers for notices and reports its use; neither belongs into a build.
export CDK_DISABLE_CLI_TELEMETRY := true
WORKERS ?= auto
.DEFAULT_GOAL := help

.PHONY: help setup deploy-local test test-kernel check lint format types contracts snapshots release-snapshots docs bench wheel clean

help: ## show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.done node_modules/.done ## install everything into .venv and node_modules

.venv/.done: requirements.txt requirements-dev.txt constraints.txt pyproject.toml
	@echo "setting up .venv: Python packages and Node.js"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@# As pip does when it installs a wheel: the command starts in half the time.
	@$(BIN)/python -m compileall -q constructs_lib
	@touch $@

node_modules/.done: package.json package-lock.json | .venv/.done
	@echo "setting up node_modules: the AWS CDK CLI"
	@npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

deploy-local: setup ## deploy every reference stack to an emulated AWS, check what exists, destroy it again
	@$(BIN)/python -m local_deployment

test: setup ## run all tests
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal

test-kernel: setup ## compare explain with a real kernel on 500 random networks (minutes)
	@KERNEL_NETWORKS=500 $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal tests/kernel

check: lint types contracts test ## lint, types, import contracts, tests: what CI runs

lint: setup ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: setup ## rewrite the code in the project's format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: setup ## mypy, strict
	@$(BIN)/mypy

contracts: setup ## the import contracts of the architecture
	@$(BIN)/lint-imports

snapshots: setup ## renew the snapshots after a change that is meant
	@$(BIN)/python -m pytest -q -n $(WORKERS) tests --snapshot-update

release-snapshots: setup ## keep this version's templates, which later versions are compared with
	@$(BIN)/python -m tools.reference --release

docs: setup ## write the generated pages: rules, acknowledgements, pictures
	@$(BIN)/python -m tools.docs

bench: setup ## measure the checks against cfn-lint and a bare Python
	@$(BIN)/python -m tools.bench --write

wheel: setup ## build the wheel into dist/
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean: ## remove what the targets made
	@rm -rf .venv node_modules cdk.out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
