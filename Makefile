# Two commands: `make demo` runs the whole line on the built-in exercise, `make test` the tests.
# Both set up what they need in .venv; nothing but Python 3.11+ and make is asked for.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test check docs bench bench-linking bench-patrols bench-reading learn-reading format clean

demo: $(VENV)/.ready
	$(BIN)/truceline demo --dir out/demo

test: $(VENV)/.ready-test
	$(BIN)/python -m pytest -n 2

check: $(VENV)/.ready-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2

format: $(VENV)/.ready-check
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.ready-docs
	$(BIN)/mkdocs build --strict --quiet --site-dir out/site

bench: $(VENV)/.ready-test
	$(BIN)/python tools/bench_check.py

bench-patrols: $(VENV)/.ready-bench
	$(BIN)/python tools/bench_patrols.py 200000 --large 5000000

bench-reading: $(VENV)/.ready-test
	$(BIN)/python tools/bench_reading.py

# Learns the reader's weights anew from the texts that are open (never from aside, blind, test).
GOLD := tests/reading/gold
OLDER := $(addprefix $(GOLD)/,dev dev2 dev3 dev4 held)
NEWER := $(addprefix $(GOLD)/,news accords reports mixed ordinary ordinary2 ordinary3 ordinary4)
BANK := tests/reading/bank
SHEETS := $(sort $(wildcard tests/reading/sheets/*.sheet))
learn-reading: $(VENV)/.ready-learn
	$(BIN)/python tools/learn_counts.py $(OLDER) $(NEWER) $(SHEETS) --write
	$(BIN)/python tools/learn_reading.py $(NEWER) $(SHEETS) --also $(OLDER) $(sort $(wildcard $(BANK)/clauses-*.txt)) tests/reading/cases.yaml --write
	$(BIN)/python tools/learn_speakers.py tests/reading/statements.yaml $(OLDER) $(NEWER) $(SHEETS) --write
	$(BIN)/python tools/learn_claims.py $(SHEETS) --also $(OLDER) $(NEWER) --bank $(sort $(wildcard $(BANK)/claims-*.txt)) --cases tests/reading/cases.yaml --write

bench-linking: $(VENV)/.ready-bench
	mkdir -p out
	$(BIN)/python tools/bench_linking.py --json out/linking.json
	$(BIN)/python tools/bench_linking.py --speed --json out/linking-speed.json
	$(BIN)/python tools/bench_linking_meltt.py

clean:
	rm -rf $(VENV) out

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Truceline needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/.ready-test: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@

$(VENV)/.ready-check: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,check]'
	touch $@

$(VENV)/.ready-learn: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,learn]'
	touch $@

$(VENV)/.ready-docs: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,docs]'
	touch $@

$(VENV)/.ready-bench: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,bench]'
	touch $@
