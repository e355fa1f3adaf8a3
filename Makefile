# The words of this project, the same on every machine. `make` alone lists them.
VENV ?= .venv
BIN := $(VENV)/bin
# The first Python that is new enough; `make PYTHON=/path/to/python3 …` chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
READY := $(VENV)/.ready
BENCHMARKS ?= matching search ingest baseline feed digest_bytes smtp outbox cron_trigger main_job sources service start
# The core is pure, so nothing excuses a line of it that no test runs.
CORE_COVERAGE ?= 95
# How often `make chaos` kills the program, and which run of all possible ones it makes.
KILLS ?= 300
SEED ?= 1
# How often `make explore` tries the properties on examples that they never saw.
ROUNDS ?= 10
# How many papers `make hostile` makes, and which of all possible ones (SEED).
PAPERS ?= 100000

.DEFAULT_GOAL := help
.PHONY: help setup demo test check chaos explore hostile fmt build bench lock clean

help: ## list these words
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */\1|/' | awk -F'|' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(READY) ## make .venv from requirements.lock, every file checked by its hash

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "paperdigest needs Python 3.11 or newer: make setup PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## run the main job once on invented papers and say where to look
	@$(BIN)/paperdigest demo

test: $(READY) ## run the tests, a file on each processor
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

check: $(READY) ## format, lint, types, tests with coverage: what must pass before a change goes in
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage report
	$(BIN)/coverage report --include='src/paperdigest/core/*' --fail-under=$(CORE_COVERAGE)

chaos: $(READY) ## kill the real program 300 times beside hostile servers and compare their logs with the ledger
	PYTHONPATH=tests $(BIN)/python -m chaos --kills $(KILLS) --seed $(SEED)

explore: $(READY) ## try every property on new examples; make test always takes the same ones
	@missed=0; for round in $$(seq $(ROUNDS)); do \
		$(BIN)/python -m pytest -q -n auto -m hypothesis --hypothesis-profile=explore || missed=1; done; exit $$missed

hostile: $(READY) ## send 100,000 hostile papers through every form; make test sends 2,000
	PAPERS=$(PAPERS) PAPERS_SEED=$(SEED) $(BIN)/python -m pytest -q -n auto tests/flow/test_hostile_papers.py

fmt: $(READY) ## put the code into its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

build: $(READY) ## make the wheel and the source archive in dist/
	rm -rf dist
	$(BIN)/python -m build --no-isolation

bench: $(READY) ## run every benchmark
	@missed=0; for each in $(BENCHMARKS); do \
		echo "== $$each"; $(BIN)/python "benchmarks/$$each.py" || missed=1; done; exit $$missed

# pip-compile reads no dependency groups, so the dev group goes in as lines of its own.
lock: $(READY) ## write requirements.lock anew from pyproject.toml
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")' \
		| $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
			--strip-extras --allow-unsafe --no-header --annotation-style=line --output-file=requirements.lock pyproject.toml -
	@{ echo "# What runs, tests and builds paperdigest, each file by its hash. Written by: make lock"; \
		sed -e 's/-r -/the dev group/' requirements.lock; } > requirements.lock.new && mv requirements.lock.new requirements.lock
	@! grep -nE 'file:/|://|^-' requirements.lock || { echo "requirements.lock names an address" >&2; exit 1; }

clean: ## remove what the other words made, besides .venv
	rm -rf build dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache paperdigest-demo
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
