# make demo    an archive with history, at http://127.0.0.1:8001          make lint      format, rules, types
# make test    all tests that take seconds; TESTS="tests/test_store.py -k edit" names some
# make torture the long ones: kills, a year, 300 sites                       make screenshots  the README's pictures, anew
# make bench   how fast and how small all of it is, beside references; most of an hour        make docs      what is written out of the schema: docs/schema.md, docs/numbers.md, Datasette's descriptions
PYTHON ?= python3
PORT ?= 8001
TESTS ?= tests
# Every record and row is synced to disk. In memory, where there is room, that costs the tests no time.
ROOMY := $(shell test "$$(df --output=avail /dev/shm 2>/dev/null | tail -1)" -gt 4000000 2>/dev/null && echo /dev/shm)

# Half of a test's time is waiting: for a delay between two requests, a process, a disk.
# Tests start hundreds of processes: what the first has compiled the others take.
AT_ONCE := $(shell n=$$(nproc 2>/dev/null) && echo $$((2 * n)) || echo auto)

.PHONY: install demo test torture bench lint docs screenshots
install: .venv/installed

.venv/installed: requirements.txt requirements-test.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or later is needed: apt install python3, or make PYTHON=python3.12'; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python's venv is missing: apt install python3-venv"; exit 1; }
	@echo 'Installing into .venv (a minute or two, once)'
	@$(PYTHON) -m venv .venv
	@.venv/bin/pip install -qq --disable-pip-version-check -r requirements-test.txt
	@touch $@

demo: .venv/installed
	@.venv/bin/python -m tests.demo --port $(PORT)

test: .venv/installed
	@place=$$(mktemp -d $(if $(ROOMY),-p $(ROOMY))); PYTHONDONTWRITEBYTECODE= TMPDIR=$$place .venv/bin/python -m pytest -q -n $(AT_ONCE) --dist worksteal -m 'not torture' $(TESTS); \
	code=$$?; rm -rf $$place; exit $$code

torture: .venv/installed
	@.venv/bin/python -m pytest -q -m torture $(TESTS)

bench: .venv/installed
	@.venv/bin/python -m tests.bench

lint: .venv/installed
	@.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy

docs: .venv/installed
	@.venv/bin/python -m archive.db.describe docs/schema.md
	@.venv/bin/python -m archive.queries.numbers docs/numbers.md
	@.venv/bin/python -m archive.publish.metadata.build

screenshots: .venv/installed
	@.venv/bin/python -m tests.screenshots
