run: .venv/dev
	.venv/bin/python -m tornado.autoreload --until-success app.py

.venv/dev: requirements.txt requirements-dev.txt
	python3 -m venv .venv
	.venv/bin/pip install -q -r requirements-dev.txt
	touch $@

test: .venv/dev
	.venv/bin/python -m pytest -m "not slow"

test-all: .venv/dev
	.venv/bin/python -m pytest

lint: .venv/dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check

.PHONY: run test test-all lint
