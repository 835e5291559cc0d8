# Two commands do everything: `make demo` and `make test`. Both set up what they need first.

.DEFAULT_GOAL := help
.PHONY: help system venv demo test test-long lint format bench score wheel app clean

PY := .venv/bin/python
MODEL ?=
PYTEST_ARGS ?=
SCORE_ARGS ?=
BENCH_ROWS ?= 1000000
WINDOW := $(if $(DISPLAY)$(WAYLAND_DISPLAY),window)
export PYTHON

help:  ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

system:
	@sh tools/system-libraries.sh

.venv/ready: pyproject.toml constraints.txt setup.py | system
	@sh tools/make-venv.sh

venv: system .venv/ready  ## Virtual environment and system libraries, nothing else

demo: .venv/ready  ## Show Lester on a copy of the hospital project
	@sh tools/system-libraries.sh $(WINDOW)
	@sh tools/demo.sh

lint: venv  ## Style, types and import rules
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

format: venv  ## Let ruff put the code in order
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

test: lint  ## Lint, then all tests that take seconds
	$(PY) -m pytest -n auto $(PYTEST_ARGS)

test-long: lint  ## Also the tests that take minutes
	$(PY) -m pytest -n auto -m "long or not long" $(PYTEST_ARGS)

bench: venv  ## Time the journey, growth, provenance, lookups, pages, memory; BENCH_ROWS=10000000 for other sizes
	$(PY) -m tests.benchmarks.journey
	$(PY) -m tests.benchmarks.scale
	$(PY) -m tests.benchmarks.provenance --rows $(BENCH_ROWS)
	$(PY) -m tests.benchmarks.lookup --rows $(BENCH_ROWS) --projects benchmark-output/projects
	$(PY) -m tests.benchmarks.pages --rows $(BENCH_ROWS) --projects benchmark-output/projects
	$(PY) -m tests.benchmarks.prototype
	$(PY) -m tests.benchmarks.memory

score: venv  ## How much of the corpus is verified, by rules or MODEL=qwen3:8b; SCORE_ARGS="--only pairs --mutants 1000"
	$(PY) -m tests.benchmarks.score --model "$(MODEL)" $(SCORE_ARGS)

wheel: venv  ## A wheel in dist/
	rm -rf build
	$(PY) -m pip wheel --disable-pip-version-check -q --no-deps --wheel-dir dist .
	@ls dist/*.whl

app: venv  ## The one-folder application in dist/lester/
	$(PY) -m PyInstaller --noconfirm --log-level WARN build.spec
	dist/lester/lester scan sample_pipelines/hospital

clean:  ## Remove what was built, not what you made
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache *.egg-info
	find lester_gui tests -name __pycache__ -type d -prune -exec rm -rf {} +
