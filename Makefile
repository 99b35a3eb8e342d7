# `make serve` and `make test` need nothing but Python 3.11, venv and make; each sets up what it uses.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check -qq
PACKAGES := conformance domain handlers server store

# Bytecode is kept, whatever the environment says: the tests start hundreds of Python processes, each of which would
# compile the packages again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help serve suite test compiled check format types house lock contract-lint contract-diff foreign foreign-lock soak selftest bench-store bench-writes bench bench-propagation bench-cost bench-endurance clean

help: ## List the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "access-profiles needs Python 3.11 or newer; try: make PYTHON=python3.11 ...")'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --no-compile --require-hashes -r requirements-pip.txt

# A stamp for each lock file: the second run installs nothing. Of what they bring little is imported: that little is
# compiled when it is.
$(VENV)/serve.stamp: requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the server needs into $(VENV) (once) ..."
	@$(PIP) install --no-compile --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/suite.stamp: requirements-conformance.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the conformance suite needs into $(VENV) (once) ..."
	@$(PIP) install --no-compile --require-hashes -r requirements-conformance.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Its lock holds all of the server's and the suite's.
$(VENV)/dev.stamp: requirements-dev.txt requirements.txt requirements-conformance.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the tests need into $(VENV) (once) ..."
	@$(PIP) install --no-compile --require-hashes -r requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/serve.stamp $(VENV)/suite.stamp

$(VENV)/bench.stamp: requirements-bench.txt $(VENV)/dev.stamp
	@echo "Installing the peers to compare with into $(VENV) (once) ..."
	@$(PIP) install --no-compile --require-hashes -r requirements-bench.txt
	@touch $@

serve: $(VENV)/serve.stamp ## Migrate, seed a demo, print a key and a curl line, and serve on 127.0.0.1:8080
	@$(BIN)/access-profiles serve --demo

suite: $(VENV)/suite.stamp ## Install the conformance suite: .venv/bin/conformance

# While mypy has one core, the other one reads and compiles all tests, once for all the processes that run them.
test: $(VENV)/dev.stamp ## Everything that CI runs: checks, tests, a conformance run against a real server
	@$(MAKE) --no-print-directory --jobs 2 check compiled
	@$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

compiled: $(VENV)/dev.stamp
	@$(BIN)/python -m pytest --collect-only -qq > $(VENV)/collected || { tail -n 40 $(VENV)/collected; exit 1; }

check: $(VENV)/dev.stamp ## Formatting, lint, types, import directions
	@$(BIN)/ruff format --check --quiet . || { echo "run: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(VENV)/dev.stamp ## Format the code and sort its imports
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format --quiet .

types: $(VENV)/dev.stamp ## Generate handlers/contract_types.py from openapi.yaml
	@$(BIN)/python -m tests.contract.generate_types

house: $(VENV)/dev.stamp ## Draw the rooms and their imports into docs/architecture.md
	@$(BIN)/python -m tests.house.draw

contract-lint: ## Lint openapi.yaml with redocly (needs node)
	@REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true npx --yes @redocly/cli@2.77.0 lint --config .redocly.yaml openapi.yaml

contract-diff: $(VENV)/serve.stamp ## What openapi.yaml breaks since a commit: make contract-diff REF=main
	@$(BIN)/conformance diff $(or $(REF),main)

# The lock of the tests is resolved first; each other one is a part of it, or lies beside it.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links

lock: ## Resolve the dependencies again and lock them with hashes (needs uv)
	@$(LOCK) --group build --group dev --all-extras pyproject.toml -o requirements-dev.txt
	@$(LOCK) --group build --extra server -c requirements-dev.txt pyproject.toml -o requirements.txt
	@$(LOCK) --group build --extra conformance -c requirements-dev.txt pyproject.toml -o requirements-conformance.txt
	@$(LOCK) --group pyproject.toml:pip -o requirements-pip.txt
	@$(LOCK) --group pyproject.toml:bench -c requirements-dev.txt -o requirements-bench.txt

foreign: $(VENV)/dev.stamp ## What is proved on servers of others, with those that are large (needs java, node and npm)
	@REQUIRE_FOREIGN=all $(BIN)/python -m pytest tests/foreign

foreign-lock: ## Resolve the packages of the servers of others again, and lock them with hashes (needs uv and npm)
	@cd tests/foreign/packages && uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-deps requirements-foreign-chroma.in -o requirements-foreign-chroma.txt
	@cd tests/foreign/packages && uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements-foreign-changedetection.in -o requirements-foreign-changedetection.txt
	@for folder in tests/foreign/packages/*/; do (cd $$folder && npm install --package-lock-only --silent) || exit 1; done

selftest: $(VENV)/dev.stamp ## The suite proves itself: every fault, every mutant of the contract, every legal variant
	@$(BIN)/conformance selftest

soak: $(VENV)/dev.stamp ## The long proofs: servers and databases killed again and again, every fault, every legal variant
	@SOAK_ROUNDS=20 $(BIN)/python -m pytest tests/http/test_durability.py -k "survives_kill and sqlite" --timeout 900
	@SOAK_ROUNDS=5 $(BIN)/python -m pytest tests/http/test_durability.py -k "(survives_kill and postgresql) or killed" --timeout 900
	@SOAK_ROUNDS=20 $(BIN)/python -m pytest tests/http/test_exact_reads.py --timeout 3600
	@SOAK_ROUNDS=20 $(BIN)/python -m pytest tests/store/sqlite/test_group_commit_hammer.py tests/store/testsuite/test_testsuite.py tests/store/transfer/test_transfer.py tests/conformance/selftest/test_variants.py tests/conformance/selftest/test_faults.py tests/conformance/boundary/test_faults.py --timeout 900
	@SOAK_ROUNDS=20 $(BIN)/python -m pytest tests/http/test_alive.py --timeout 3600
	@SOAK_ROUNDS=3 $(BIN)/python -m pytest tests/http/test_conformance.py tests/http/test_schemathesis.py --timeout 3600
	@$(BIN)/conformance selftest
	@$(BIN)/conformance selftest --part variants --seeds 8
	@$(BIN)/python -m tests.quality fuzz
	@$(BIN)/python -m tests.quality load

bench: $(VENV)/bench.stamp ## Compare with FastAPI, Litestar and Connexion as it comes (needs wrk): make bench ARGS=quick
	@$(BIN)/mypy bench/peers
	@$(BIN)/python -m pytest -q tests/bench
	@$(BIN)/python -m bench.contest $(ARGS)

bench-cost: $(VENV)/dev.stamp ## What each kind of request costs, in microseconds of CPU
	@$(BIN)/python -m bench.cost

bench-endurance: $(VENV)/dev.stamp ## Whether a server grows over a million requests of many kinds
	@$(BIN)/python -m bench.endurance

bench-store: $(VENV)/dev.stamp ## What reads cost as a store grows to 100,000 profiles and 1,000,000 copies
	@$(BIN)/python -m bench.store_growth

bench-writes: $(VENV)/dev.stamp ## What group commit brings on SQLite, with 1, 4 and 16 threads
	@$(BIN)/python -m bench.store_writes

bench-propagation: $(VENV)/dev.stamp ## What propagating to 10,000 and 100,000 copies costs, and what it costs readers
	@$(BIN)/python -m bench.propagation

clean: ## Remove the environment, caches and the demo store
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis tests/clients/typescript/node_modules .foreign var
