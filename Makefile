# The two commands are `make demo` and `make test`; the rest is for maintainers.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Byte-compiled libraries start four times faster: make sure that pip and Python write byte code.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH

.PHONY: setup demo test browser lint typecheck lock bench dev clean

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@# compile the kernels once, alone, before anything starts several processes at a time
	$(BIN)/pvwarranty verify site_data/shaded-string --on $$(cat site_data/shaded-string/on.txt) > /dev/null
	touch $@

# Judges the example sites and writes a chart and a claim report of each.
demo: setup
	@for site in site_data/*/; do \
		name=$$(basename $$site); \
		$(BIN)/pvwarranty verify $$site --on $$(cat $$site/on.txt) \
			--chart demo_output/$$name.png --report demo_output/$$name.pdf || exit 1; \
		echo; \
	done
	@echo "charts: demo_output/*.png, claim reports: demo_output/*.pdf"

test: setup browser
	$(BIN)/python -m pytest -n auto --dist worksteal --durations 15

# The browser that looks at the web pages: installed where this user may, else those tests are skipped.
browser:
	@command -v chromium chromium-browser google-chrome > /dev/null || { \
		command -v apt-get > /dev/null && [ "$$(id -u)" = 0 ] \
		&& apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium > /dev/null; \
	} || echo "no Chromium here: the tests of the web pages will be skipped"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

typecheck: setup
	$(BIN)/mypy

bench: dev
	$(BIN)/python -m pytest benchmarks --benchmark-only

# Maintainers: resolve the pins again (any index; only names, versions and hashes are written).
lock:
	test -x .venv-lock/bin/uv || ($(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv)
	.venv-lock/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--python-version 3.11 --extra api --extra batch --extra report --extra test pyproject.toml requirements-build.in -o requirements.lock
	.venv-lock/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--python-version 3.11 --extra dev pyproject.toml requirements-build.in -c requirements.lock -o requirements-dev.lock

# Maintainers: the peers that the benchmarks compare with, in an environment of their own.
dev: .venv-dev/.ready

.venv-dev/.ready: requirements-dev.lock pyproject.toml
	test -x .venv-dev/bin/python || $(PYTHON) -m venv .venv-dev
	.venv-dev/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	.venv-dev/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

clean:
	rm -rf $(VENV) .venv-dev .venv-lock
