# run: a whole line, live. serve: the iris sample. test: everything that must be green. check: format, strict build, tests, tidy. bench, drills: figures.
SHELL := /bin/bash
RELEASE := swift build -c release --static-swift-stdlib --product
# The program, and beside it what mosquitto loads for the hub.
BUILD := $(RELEASE) lineside && $(RELEASE) lineside-broker-gate
PROGRAM := .build/release/lineside
# The tests and benchmarks use ONNX Runtime from Python and C too; nothing of that leaves the machine either.
export ORT_DISABLE_TELEMETRY := 1

.PHONY: run serve build test unit acceptance check format bench drills clean

run: build
	@$(PROGRAM) demo --hub $(DEMO)

serve: build
	@echo "make: serving the iris sample; ask it from another terminal, stop it with Ctrl-C"
	@INFER_TIMEOUT_S=$${INFER_TIMEOUT_S:-0.040} $(PROGRAM) serve Samples/models

build:
	@scripts/setup
	@$(BUILD)

# The unit tests first, then the built binary against real clients; pytest's summary closes the run.
test: unit acceptance

unit:
	@scripts/setup
	swift test --parallel

acceptance: build
	@scripts/setup --test
	.venv/bin/python -m pytest Tests/Acceptance -q -p no:cacheprovider -n 2

check:
	@scripts/setup
	swift format lint --strict -r Sources Tests Package.swift
	swift build --explicit-target-dependency-import-check error
	$(MAKE) test

format:
	swift format -i -r Sources Tests Package.swift

bench: build
	@scripts/setup --test
	.venv/bin/python Benchmarks/run.py $(BENCH)

drills: build
	@scripts/setup --test
	$(PROGRAM) drill --cycles 10000000
	$(PROGRAM) drill power
	$(PROGRAM) drill signatures
	scripts/drills/timeouts.py
	scripts/drills/kill_engine.py
	scripts/drills/reloads.py
	.venv/bin/python scripts/drills/component_house.py
	.venv/bin/python scripts/drills/line_steady.py
	.venv/bin/python scripts/drills/line_kill.py --demo
	.venv/bin/python scripts/drills/line_faults.py
	.venv/bin/python scripts/drills/line_disk.py
	.venv/bin/python scripts/drills/line_cut.py
	.venv/bin/python scripts/drills/node_deployments.py
	.venv/bin/python scripts/drills/node_rollback.py
	.venv/bin/python scripts/drills/node_start.py
	.venv/bin/python scripts/drills/hub_kill.py
	.venv/bin/python scripts/drills/hub_load.py
	.venv/bin/python scripts/drills/hub_fleet.py
	.venv/bin/python scripts/drills/ledger.py
	scripts/drills/power_vm.py

clean:
	rm -rf .build .bench
