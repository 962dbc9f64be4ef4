# Pristan. `make` alone lists what there is to do.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help install run test check bench soak audit train catalogues clean system

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Python 3.10: Rasa needs it. pyenv and uv read .python-version; else python3.10 must be on the PATH.
PYTHON ?= $(shell command -v python3.10 2>/dev/null)

help: ## This list
	@grep -hE '^[a-z]+:.*?## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(STAMP) catalogues ## The environment in .venv, from the locked and hashed packages

$(STAMP): requirements.lock requirements-installer.lock pyproject.toml tools/install.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" bash tools/install.sh
	@touch $@

catalogues: $(STAMP) ## Compile the texts and rules in locales/
	@$(BIN)/python -m bot.assembly locales

system: ## Debian packages: reading pictures (Tesseract). Without them everything else works
	@bash tools/system.sh

train: install ## Train the dialogue model if its inputs changed
	@$(BIN)/pristan train

run: install system ## Set everything up and start the bot (sandbox on http://127.0.0.1:8080 unless a token is set)
	@$(BIN)/pristan run

# The model trains beside the tests that need none and goes first; those that need it come last and wait for it.
test: ## Set everything up and run the tests
	@WITH_BROWSER=1 bash tools/system.sh & packages=$$!; $(MAKE) --no-print-directory install && wait $$packages
	@$(BIN)/pristan train & training=$$!; nice -n 7 $(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder; tested=$$?; wait $$training && exit $$tested

check: install ## Linter, types, Rasa data, content, directory
	@$(BIN)/ruff check bot tests
	@$(BIN)/ruff format --check bot tests
	@$(BIN)/mypy
	@RASA_TELEMETRY_ENABLED=false $(BIN)/rasa data validate --data nlu_data --domain nlu_data/domain
	@$(BIN)/pristan content check
	@$(BIN)/pristan directory check

bench: install ## Times and memory: start, turns, screening
	@$(BIN)/pristan bench

soak: install ## Long runs: kills, faults, many conversations. Never in CI
	@$(BIN)/pristan train
	@$(BIN)/python -m pytest -p no:logging -o addopts="--import-mode=importlib -q" -m soak -s

audit: ## Known vulnerabilities of the locked packages (needs the network; in no CI)
	@bash tools/audit.sh

clean: ## Remove the environment, models and caches; never anybody's data
	rm -rf $(VENV) .audit models .mypy_cache .ruff_cache .pytest_cache build
	find locales -name '*.mo' -delete
