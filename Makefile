# Every target makes its own environment: the machine needs Python 3.11, pip and make only.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
UV := $(BIN)/uv

$(READY): pyproject.toml requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(UV) || $(BIN)/python -m pip install --quiet uv
	$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
AUTHORS := The Madoguchi authors
CATALOGUE_HEADER := \# Texts of Madoguchi; the msgids are plain English.

.PHONY: sandbox test run check translations bench lock

sandbox: $(READY)
	$(BIN)/madoguchi sandbox

# Most of a run is waiting for processes and browsers; a file stays in one worker, with its servers.
test: $(READY)
	$(BIN)/python -m pytest --numprocesses 4 --dist loadfile

run: $(READY)
	$(BIN)/madoguchi run

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m tests.benchmarks.volume --postgresql
	$(BIN)/python -m tests.benchmarks.bookings --postgresql
	$(BIN)/python -m tests.benchmarks.audit --postgresql
	$(BIN)/python -m tests.benchmarks.chasers --postgresql

translations: $(READY)
	$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k gettext --no-location \
		--sort-output --width=100 --project=madoguchi --version=$(VERSION) \
		--copyright-holder="$(AUTHORS)" --last-translator="$(AUTHORS)" \
		--msgid-bugs-address="the issue tracker" --header-comment="$(CATALOGUE_HEADER)" \
		-o locales/madoguchi.pot .
	$(BIN)/pybabel -q update -D madoguchi -i locales/madoguchi.pot -d locales --no-fuzzy-matching

lock:
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(UV) || $(BIN)/python -m pip install --quiet uv
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--group dev --group bench pyproject.toml --output-file requirements.lock
