# The two commands of the README. Each does all of its own set-up.

CARGO ?= cargo
export FABWRIGHT_CACHE_DIR ?= $(CURDIR)/.cache/fabwright

.PHONY: demo test setup lint example

# Runs the main job on the bundled example, on SQLite, and shows its report.
demo:
	$(CARGO) run --locked --quiet -- demo

# Installs what the tests need and is missing, then runs all of them.
test: setup
	FABWRIGHT_TEST_PYTHON=$(CURDIR)/.venv/bin/python $(CARGO) test --locked

setup:
	scripts/setup-tests .venv

# Formatting and lints of everything that is written in this repository.
lint: setup
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	.venv/bin/ruff check --quiet examples templates/python/driver
	.venv/bin/ruff format --quiet --check examples templates/python/driver
	.venv/bin/shellcheck scripts/* .ci/run
	.venv/bin/check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml
	.venv/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml templates/init/workflow.yml templates/init/gate.yml
	.venv/bin/actionlint -shellcheck .venv/bin/shellcheck .github/workflows/*.yml templates/init/workflow.yml templates/init/gate.yml
	.venv/bin/zizmor --quiet --offline --config .github/zizmor.yml .github/workflows action.yml templates/init/workflow.yml templates/init/gate.yml

# Generates the example's models, views, APIs and tests again, keeping its hand edits.
example:
	scripts/regenerate-example
