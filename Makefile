# `make demo` and `make test` set up everything they need; the second time they are quick.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: demo test lint style bench pictures clean

# The tests start this program by the hundred. Where Python is told to keep no compiled modules (as images of it often are), each compiles all of them anew.
unexport PYTHONDONTWRITEBYTECODE

demo: $(STAMP)
	@$(BIN)/tocsin demo

# Three processes on two cores, because most tests wait for a peer or for a pace; and the types meanwhile, which are told last, where they are seen.
PROCESSES ?= 3
test: style
	@$(BIN)/mypy >$(VENV)/types.txt 2>&1 & types=$$!; \
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile; tested=$$?; \
	wait $$types; typed=$$?; \
	cat $(VENV)/types.txt; \
	test $$tested -eq 0 || echo "make test: pytest failed" >&2; \
	test $$typed -eq 0 || echo "make test: mypy failed" >&2; \
	test $$tested -eq 0 -a $$typed -eq 0

lint: style
	@$(BIN)/mypy

style: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

bench: $(VENV)/.installed-dev
	@$(BIN)/python bench/fingerprints.py
	@$(BIN)/python bench/identification.py
	@$(BIN)/python bench/city.py
	@$(BIN)/python bench/tls.py
	@$(BIN)/python bench/firmware.py
	@$(BIN)/python bench/components.py
	@$(BIN)/python bench/lab.py
	@$(BIN)/python bench/reports.py

# The pictures of the README, from the lab; they change only where the output did.
pictures: $(VENV)/.installed-dev
	@$(BIN)/python bench/pictures.py

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Tocsin needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1). Install one (Debian: apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Tocsin needs Python's venv module, which $(PYTHON) lacks. Install it (Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)

$(STAMP): $(VENV)/bin/python pyproject.toml
	@echo "Installing Tocsin into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/bin/python pyproject.toml
	@echo "Installing Tocsin and its test tools into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(STAMP)

clean:
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
