# Everything a newcomer needs: `make demo` and `make test` set themselves up, on a machine with Python and nothing else.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PEERS := .venv-peers
SITE := .venv-docs
RELEASE := .venv-release
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SAMPLE := Resources/SampleData

.PHONY: setup demo figure test test-slow lint faults bench bench-setup bench-scaling docs site pictures screenshots translations submit-check release-check clean

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

# In two processes, a file of tests in one: what several tests of a file share is made once.
test: setup
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

test-slow: setup
	$(BIN)/python -m pytest --slow -m slow

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Everything that has once gone wrong, and what is like it: under 20 minutes on two quiet cores. See trust.md.
faults: setup
	$(BIN)/python Testing/faults/campaign.py --output build/faults

# Side by side with the peers on every pair that is here: under an hour on two cores. See Testing/benchmarks/README.md.
bench: setup bench-setup
	$(BIN)/python Testing/benchmarks/compare.py --output build/bench

# How time and memory grow with the image, and what the stages of an iteration cost. See Testing/benchmarks/scaling.md.
bench-scaling: setup
	$(BIN)/python Testing/benchmarks/scaling.py --output build/bench/scaling
	$(BIN)/python Testing/benchmarks/iteration_profile.py --output build/bench/profile

bench-setup: $(PEERS)/.ready

$(PEERS)/.ready: Testing/benchmarks/peers/requirements.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/pip install --quiet --requirement $<
	touch $(PEERS)/.ready

# What the pages of the documentation say of the code, written from it; then all of them as build/site/index.html.
docs: setup
	$(BIN)/python Testing/documentation/generate.py
	$(MAKE) --no-print-directory site

site: $(SITE)/.ready
	$(SITE)/bin/python Testing/documentation/site/build.py

$(SITE)/.ready: Testing/documentation/site/requirements.txt
	$(PYTHON) -m venv $(SITE)
	$(SITE)/bin/pip install --quiet --requirement $<
	touch $(SITE)/.ready

# The pictures of the how-to pages and the outputs of the notebook, by doing what they say: some minutes.
pictures: setup
	$(BIN)/python Testing/documentation/directions.py
	$(BIN)/python Testing/documentation/draw_walks.py
	$(BIN)/python Testing/documentation/notebook.py

screenshots: setup
	$(BIN)/python Testing/module/screenshots.py --output Resources/Screenshots

# The texts of the module for its translations, with what is translated already.
translations: setup
	$(BIN)/python Testing/translations/update.py

# What the Extensions Index of 3D Slicer asks for, as far as that can be seen from here.
submit-check: setup
	$(BIN)/python Testing/submission/check.py

# Packages built and looked into, the wheel installed in a fresh environment and put to work: some minutes.
release-check: $(RELEASE)/.ready
	$(RELEASE)/bin/python Testing/release/release.py --output build/release

$(RELEASE)/.ready: Testing/release/requirements.txt
	$(PYTHON) -m venv $(RELEASE)
	$(RELEASE)/bin/pip install --quiet --requirement $<
	touch $(RELEASE)/.ready

clean:
	rm -rf $(VENV) $(PEERS) $(SITE) $(RELEASE) build demo
