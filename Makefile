# One command each. tools/setup.py makes what the command needs, and says what is missing.
PY ?= python3
BIN = .venv/bin

.PHONY: run test check lock setup
run:            ## the whole city at one local address
	@$(PY) tools/setup.py run
	@exec $(BIN)/liangxi run

test:           ## everything: house checks, rules, scenarios, browser, faults
	@$(PY) tools/setup.py test
	@$(BIN)/liangxi check
	@$(BIN)/python -m pytest

check:          ## the house rules only
	@$(PY) tools/setup.py test
	@$(BIN)/liangxi check

setup:
	@$(PY) tools/setup.py test

lock:           ## re-lock the requirements with hashes
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate pyproject.toml -o requirements/run.txt
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --group dev pyproject.toml -o requirements/test.txt
