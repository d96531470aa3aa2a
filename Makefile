# make setup · make demo · make test: each works from a fresh clone, and a second run takes seconds.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
EXTRAS := broker,vosk,piper,mic,echo,metrics

.PHONY: setup demo test check clean

setup: $(VENV)/.models

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,13))' || \
	  { echo "Ambient Hub needs Python 3.11, 3.12 or 3.13; $(PYTHON) is another one. Try: make PYTHON=python3.13"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) …"
	@$(PIP) install -c constraints.txt -e '.[$(EXTRAS)]'
	@touch $@

$(VENV)/.models: $(VENV)/.installed models/models.toml
	@$(BIN)/hub setup
	@touch $@

$(VENV)/.dev: $(VENV)/.models
	@echo "Installing what the tests need …"
	@$(PIP) install -c constraints.txt -e '.[$(EXTRAS),dev]'
	@touch $@

demo: setup
	@$(BIN)/hub demo $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check
	$(BIN)/pytest $(ARGS)

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache
