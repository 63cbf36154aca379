# The one list of verbs. `make` alone prints it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

PREFIX ?= /usr/local
SECONDS ?= 60
PROGRAMS := ingest dispatch poll report admin upload sandbox
RELEASE := .build/release

.PHONY: help deps build release demo test test-faults mutants lint format check check-full fuzz clients openapi bench install clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  PREFIX=$(PREFIX)  DESTDIR=$(DESTDIR)  SECONDS=$(SECONDS)"

deps: ## install missing headers of C libraries and test tools (apt)
	@scripts/deps

build: deps ## build everything with its tests, for debugging
	@scripts/build tests

release: deps ## build the programs, optimized, into .build/release
	@scripts/build programs

demo: release ## the whole pipeline against the sandbox, in var/demo
	@scripts/demo

test: build ## run the tests
	@scripts/test

# Runs everything even if a promise was broken; the status is 1 then.
test-faults: build release ## every promise at every point, then all mutants (RIG=name for one rig)
	@status=0; PROGRAMS="$(CURDIR)/$(RELEASE)" .build/debug/Faults $(RIG) || status=1; \
		[[ -n "$(RIG)" ]] || scripts/mutants || status=1; exit $$status

mutants: build ## break each protocol step on purpose; a test must turn red (NAME=name for one)
	@scripts/mutants $(NAME)

lint: ## is the code formatted as .swift-format says?
	@echo "linting"
	@scripts/patiently linting swift format lint --strict --recursive --parallel Package.swift Sources Tests

format: ## format the code
	@swift format format --in-place --recursive --parallel Package.swift Sources Tests

check: lint test demo ## lint, test and demo: what .ci/run runs
	@cat .build/test-count

fuzz: deps ## fuzz every reader for SECONDS each (TARGET=name for one)
	@scripts/fuzz $(SECONDS) $(TARGET)

clients: release ## orders by API v2 with real clients from PyPI, in var/clients
	@scripts/clients

openapi: release ## every call as /v1/openapi.json describes it, by a tool from PyPI, in var/openapi
	@scripts/openapi

# Each is made even if one before it failed.
check-full: build release ## what check leaves out: faults, mutants, fuzz, clients, openapi (hours)
	@status=0; for goal in test-faults fuzz clients openapi; do \
		$(MAKE) --no-print-directory $$goal || status=1; done; exit $$status

bench: release ## measure against the floor and plain scripts, or BASE=revision (ROW=name for one)
	@Benchmarks/run $(ROW) $(if $(BASE),--base "$(BASE)")

install: release ## install the programs below PREFIX
	@install -d "$(DESTDIR)$(PREFIX)/bin"
	@install -m 755 $(addprefix $(RELEASE)/,$(PROGRAMS)) "$(DESTDIR)$(PREFIX)/bin"
	@echo "installed in $(DESTDIR)$(PREFIX)/bin: $(PROGRAMS)"

clean: ## remove all builds and the demo
	@rm -rf .build .build-base .build-fuzz var/demo
