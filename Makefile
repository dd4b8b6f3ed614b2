# One command each. tools/setup.py makes what the command needs, and says what is missing.
PY ?= python3
BIN = .venv/bin
UV = $(shell command -v uv || echo .venv/uv/bin/uv)
LOCK = $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header

.PHONY: run test check lock setup help
help:           ## this list
	@sed -n 's/^\([a-z]*\): *## /  make \1\t/p' Makefile

run:            ## the whole city at one local address
	@$(PY) tools/setup.py run
	@exec $(BIN)/liangxi run

test:           ## everything: house checks, rules, scenarios, browser, faults
	@$(PY) tools/setup.py test
	@$(BIN)/liangxi check
	@$(BIN)/python -m pytest --ignore=tests/house

check:          ## the house rules only
	@$(PY) tools/setup.py check
	@$(BIN)/liangxi check

setup:          ## what all of these need, without running anything
	@$(PY) tools/setup.py check

lock:           ## the requirements again, newest that fit, with hashes
	@$(LOCK) pyproject.toml -o requirements/run.txt
	@$(LOCK) --group dev pyproject.toml -o requirements/test.txt
	@$(LOCK) requirements/build.in -o requirements/build.txt
	@$(LOCK) requirements/uv.in -o requirements/uv.txt
