# Everything happens in $(VENV), without root; only system-deps installs programs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help venv report test lint format docs notebooks picture system-deps test-pandas2 bench bench-strace planted clean

VENV ?= .venv
VENV_PANDAS2 ?= .venv-pandas2
OUT ?= out
RECORDING ?= data/recordings/checkout_static
PYTEST_ARGS ?=
PLANTED_ARGS ?=
VENV_BENCH ?= .venv-bench
BENCH_ARGS ?=

# The first Python of 3.11 or newer, unless PYTHON= names one
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; \
	done)

# Pictures and notebooks must not depend on, or write to, the user's own settings
export MPLCONFIGDIR := $(CURDIR)/$(VENV)/var/matplotlib
export IPYTHONDIR := $(CURDIR)/$(VENV)/var/ipython
export JUPYTER_CONFIG_DIR := $(CURDIR)/$(VENV)/var/jupyter
export JUPYTER_DATA_DIR := $(CURDIR)/$(VENV)/var/jupyter
export JUPYTER_RUNTIME_DIR := $(CURDIR)/$(VENV)/var/jupyter/runtime
export PIP_DISABLE_PIP_VERSION_CHECK := 1

USE := $(VENV)/.use-stamp
DEV := $(VENV)/.dev-stamp
PANDAS2 := $(VENV_PANDAS2)/.dev-stamp
BENCH := $(VENV_BENCH)/.bench-stamp

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 16

venv: $(DEV) ## set up $(VENV) with all that development needs

report: $(USE) ## write out/report.html on a recorded start (RECORDING=... for another)
	@mkdir -p $(OUT)
	@$(VENV)/bin/coldstart report $(RECORDING) -o $(OUT)/report.html --force

test: $(DEV) ## run the tests; those whose programs are missing are skipped and counted
	$(VENV)/bin/python -m pytest $(PYTEST_ARGS)

lint: $(DEV) ## check style, types and the doors between the rooms
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(DEV) ## put the style right where that can be done alone
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

docs: $(DEV) ## build the documentation into docs/_build/html
	$(VENV)/bin/python -m sphinx -q -W --keep-going -b html docs docs/_build/html
	@echo "Wrote docs/_build/html/index.html"

notebooks: $(DEV) ## execute the notebooks into out/notebooks
	@mkdir -p $(OUT)/notebooks
	$(VENV)/bin/python -m nbconvert --log-level=WARN --to notebook --execute \
		--output-dir $(OUT)/notebooks notebooks/*.ipynb
	@echo "Wrote $(OUT)/notebooks"

picture: report ## take the README's picture of the report (needs chromium)
	@scripts/picture-of-report.sh $(OUT)/report.html docs/images/report.png $(VENV)/bin/python

system-deps: ## install the programs the tests use (Debian: apt-get, as root or with sudo)
	@scripts/system-deps.sh
	@$(MAKE) --no-print-directory $(USE)
	@scripts/go-for-tests.sh $(VENV)

# Its own compiled kernels too: numba's cache would otherwise change hands between the two
test-pandas2: $(PANDAS2) ## run the quick tests on the oldest pandas that is supported
	NUMBA_CACHE_DIR=$(CURDIR)/$(VENV_PANDAS2)/var/numba \
		$(VENV_PANDAS2)/bin/python -m pytest -m "not slow" $(PYTEST_ARGS)

planted: $(DEV) ## score blame on programs whose truth is known (PLANTED_ARGS="--only udp --runs 9")
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH:/usr/local/go/bin:/usr/lib/go/bin" \
		nice $(VENV)/bin/python benchmarks/planted_blame.py $(PLANTED_ARGS)

bench: $(DEV) ## measure speed against what else one would use
	@for script in $(filter-out %/planted_blame.py,$(wildcard benchmarks/*.py)); do nice $(VENV)/bin/python $$script || exit 1; done

# The peers are installed apart: what they need must not decide what development gets
bench-strace: $(DEV) $(BENCH) ## hold the strace reader against others (BENCH_ARGS="--log LOG")
	@nice $(VENV)/bin/python benchmarks/strace_reader.py --peers $(VENV_BENCH)/bin/python $(BENCH_ARGS)

clean: ## remove what was built, but not the virtual environments
	rm -rf $(OUT) docs/_build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find coldstart_lab tests -name __pycache__ -type d -prune -exec rm -rf {} +

define new_venv
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or newer was found; name one: make PYTHON=/path/to/python3" >&2; exit 2; }
	@test -x $(1)/bin/python || { echo "Setting up $(1) ..." && $(PYTHON) -m venv $(1); }
	@$(1)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
endef

# pip learned --group in 25.1, later than the one a fresh environment of Python 3.11 brings
$(USE): pyproject.toml
	$(call new_venv,$(VENV))
	@$(VENV)/bin/python -m pip install --quiet --editable .
	@$(VENV)/bin/coldstart compile
	@touch $@

$(DEV): $(USE)
	@echo "Installing what development needs into $(VENV) ..."
	@$(VENV)/bin/python -m pip install --quiet --editable '.[notebook]' \
		--group test --group lint --group docs
	@touch $@

$(PANDAS2): pyproject.toml
	$(call new_venv,$(VENV_PANDAS2))
	@$(VENV_PANDAS2)/bin/python -m pip install --quiet --editable '.[notebook]' --group test \
		'pandas==2.2.*'
	@touch $@

$(BENCH): benchmarks/requirements.txt
	$(call new_venv,$(VENV_BENCH))
	@$(VENV_BENCH)/bin/python -m pip install --quiet --requirement $<
	@touch $@
