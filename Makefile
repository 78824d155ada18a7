# treadle: make demo, make test, make bench. `make help` lists them all.
#
# Everything lives in .venv, which these rules make and keep true: the install is repeated
# when pyproject.toml or the list of source files changes, and made anew when the checkout
# was moved. Edits of files need nothing: the install points at them.

PYTHON ?= python3
DEMO ?= demo
FOLDERS := thread tangle weave cli templates
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
EDITABLE := --config-settings editable_mode=strict --editable
WITHOUT_USER := GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1

.PHONY: help demo test fuzz soak bench bench-sharing pictures clean FORCE
.DELETE_ON_ERROR:

help:
	@echo 'make demo      build the demo repository in $(DEMO)/ and weave it'
	@echo 'make test      check style and types, run all tests'
	@echo 'make fuzz      rewrite histories at random until it is stopped (FUZZ=--first=N ...)'
	@echo 'make soak      kill the worker 200 times; act out 20 sessions of each real history'
	@echo 'make bench     measure treadle on the repositories in TREADLE_CORPUS'
	@echo 'make bench-sharing  16 writers at once, and a sync with nothing to do'
	@echo 'make pictures  take the pictures in docs/pictures/ anew (needs Chromium)'
	@echo 'make clean     remove what these commands made'
	@echo
	@echo 'TREADLE_CORPUS  a folder of git bundles with their transcripts; tests and'
	@echo '                measurements that need it are left out where it is not set'
	@echo "TREADLE_SAMPLES  transcripts of agents, a folder each; their tests are left out without"
	@echo 'PYTHON          the Python to use, 3.11 or newer (now: $(PYTHON))'

demo: .stamp/install
	@$(BIN)/treadle demo '$(DEMO)'

test: .stamp/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	MYPYPATH=$$(echo build/__editable__.*) $(BIN)/mypy
	$(WITHOUT_USER) $(BIN)/python -m pytest --numprocesses=auto --dist=loadfile $(ARGS)

fuzz: .stamp/test
	$(WITHOUT_USER) PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.fuzz --shrink $(FUZZ)

soak: .stamp/test
	TREADLE_KILLS=200 TREADLE_SCENES=20 $(WITHOUT_USER) $(BIN)/python -m pytest \
	 tests/e2e/test_player.py tests/tangle/capturing/test_drain_troubles.py -k 'sessions or killed'

bench: .stamp/test
	$(WITHOUT_USER) $(BIN)/python -m bench

bench-sharing: .stamp/test
	$(WITHOUT_USER) $(BIN)/python -m bench.sharing

pictures: .stamp/test
	$(WITHOUT_USER) $(BIN)/python docs/pictures/take.py

clean:
	rm -rf .venv .stamp build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# -- the virtual environment ---------------------------------------------------------

# Where the checkout lies. A virtual environment holds absolute paths.
.stamp/place: FORCE
	@mkdir -p .stamp
	@pwd > $@.new
	@if cmp -s $@.new $@ && test -x $(BIN)/python; then rm $@.new; else mv $@.new $@; fi

# Which files there are. New ones are invisible until the install is repeated.
.stamp/files: FORCE
	@mkdir -p .stamp
	@find $(FOLDERS) -type f ! -name '*.py[co]' | LC_ALL=C sort > $@.new
	@if cmp -s $@.new $@ && ls -d build/__editable__.* > /dev/null 2>&1; \
	 then rm $@.new; else mv $@.new $@; fi

.stamp/venv: .stamp/place
	@command -v git > /dev/null || { \
	 echo 'treadle needs git: apt install git (or your system'"'"'s way)' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	 echo 'treadle needs Python 3.11 or newer: make PYTHON=python3.12 ...' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { \
	 echo 'python3 -m venv is missing: apt install python3-venv' >&2; exit 1; }
	@echo 'making .venv ...'
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.stamp/install: .stamp/venv .stamp/files pyproject.toml
	@echo 'installing treadle and its libraries in .venv ...'
	@$(PIP) install $(EDITABLE) .
	@$(BIN)/python -m compileall -q build/__editable__.* > /dev/null || true
	@mkdir -p .venv/share/man/man1 && ln -sf '$(CURDIR)'/docs/man/*.1 .venv/share/man/man1/
	@touch $@

.stamp/test: .stamp/install
	@echo 'installing what the tests need in .venv ...'
	@$(PIP) install $(EDITABLE) '.[test]'
	@$(BIN)/python -m compileall -q build/__editable__.* > /dev/null || true
	@touch $@
