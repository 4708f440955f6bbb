# The commands of the project. `make help` lists them.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/bash

.DEFAULT_GOAL := help
.PHONY: help run up erase install install-dev browser test test-faults test-spark check bench forecast-bench lifetime-bench identity-bench replay-bench clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: install ## Simulate a small chain, load it, publish a snapshot; each further call adds a day
	@$(BIN)/python -m orchestration.run $(ARGS)

up: install ## Dagster UI and daemon, dashboards and API together
	@$(BIN)/python -m orchestration.up

erase: install ## Erase the person with the token PERSON from every zone and sign a proof of it
	@$(BIN)/python -m orchestration.erase $(if $(PERSON),--person $(PERSON)) $(if $(BY),--by "$(BY)")

install: $(VENV)/.installed ## Create .venv with what running needs
install-dev: $(VENV)/.installed-dev ## Create .venv with what tests and checks need

$(VENV)/.installed: requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the platform from requirements.lock (a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the platform and its tests from requirements-dev.lock (a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.installed

browser:
	@command -v chromium >/dev/null || { echo "Installing Chromium for the page tests"; \
		apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; }

test: install-dev browser ## Install what tests need and run them all
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

test-faults: install-dev ## Kill the daily run at every stage, one after the other
	@$(BIN)/python -m pytest tests/faults -m thorough $(ARGS)

$(VENV)-spark/.installed: requirements-spark.lock
	@test -x $(VENV)-spark/bin/python || $(PYTHON) -m venv $(VENV)-spark
	@$(VENV)-spark/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	@touch $@

test-spark: $(VENV)-spark/.installed ## Compare the models on a local Spark cluster with DuckDB, every mart and the snapshot
	@command -v java >/dev/null || { apt-get update -qq && apt-get install -y -qq openjdk-17-jre-headless >/dev/null; }
	@$(VENV)-spark/bin/python -m pytest tests/spark $(ARGS)

check: install-dev ## ruff, pyright, import-linter, portable SQL, dbt parse with deprecations as errors, sqlfluff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tests.lint.portable_sql dbt_project/{models,macros,tests,seeds}
	@target=$$(mktemp -d) && trap "rm -rf $$target" EXIT && \
		export DBT_PROFILES_DIR=dbt_project DBT_TARGET_PATH=$$target DBT_LOG_PATH=$$target WAREHOUSE_DATA_DIR=$$target && \
		mkdir -p $$target/warehouse && \
		$(BIN)/dbt --quiet --warn-error-options '{"error": ["Deprecations"]}' parse --project-dir dbt_project --no-partial-parse --show-all-deprecations && \
		$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project/models dbt_project/tests

bench: install-dev ## Speed: a day's job beside its bare dbt build, a day of 86.4 million readings beside a bare scan
	@$(BIN)/python -m benchmarks.orchestration_overhead
	@$(BIN)/python -m benchmarks.climate_day

replay-bench: install-dev ## Replenishment signals beside the ERP's minimum and maximum, replayed where demand is known
	@$(BIN)/python -m benchmarks.replay $(ARGS)

forecast-bench: install-dev ## Forecasts on real demand beside seasonal naive and statsforecast (ARGS="--demand FILE.parquet")
	@$(BIN)/python -m benchmarks.forecast $(ARGS)

lifetime-bench: install-dev ## Customer values on real transactions beside lifetimes (ARGS="--transactions FILE.parquet")
	@$(BIN)/python -m benchmarks.lifetime_value $(ARGS)

identity-bench: install-dev ## Put ten million identifiers together; find people by name and address on public data
	@$(BIN)/python -m benchmarks.identity $(ARGS)

clean: ## Remove the data root; the virtual environment stays
	rm -rf data
