# Everything a newcomer needs: `make demo` and `make test` set themselves up, on a machine with Python and nothing else.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SAMPLE := Resources/SampleData

.PHONY: setup demo figure test lint bench screenshots clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $(READY)

demo: setup
	$(BIN)/nodeo register $(SAMPLE)/fixed.nrrd $(SAMPLE)/moving.nrrd --preset fast --output demo --overwrite --report \
		--fixed-labels $(SAMPLE)/fixed_labels.nrrd --moving-labels $(SAMPLE)/moving_labels.nrrd
	@echo "Open demo/report.html"

figure: setup
	rm -rf build/figure
	$(BIN)/nodeo study regularizers --output build/figure
	@echo "Open build/figure/regularizers.html"

test: setup
	$(BIN)/python -m pytest

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m pytest --slow -m slow
	$(BIN)/python Testing/benchmarks/presets.py --output build/bench

screenshots: setup
	$(BIN)/python Testing/screenshots.py --output Resources/Screenshots

clean:
	rm -rf $(VENV) build demo
