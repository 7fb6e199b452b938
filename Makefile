# Chesna. `make help` lists the commands.

# run
ARGS ?=
# test, bench, fuzz
PKG ?= ./...
TESTFLAGS ?=
FUZZTIME ?= 20s

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
TOOL := go tool -modfile=$(CURDIR)/.ci/tools.mod

.DEFAULT_GOAL := help
.PHONY: help run test test-readme lint fmt fuzz bench bench-draw bench-entries fairness generate deps build clean

help: ## Show this list
	@echo 'Chesna: appointments at consulates, for people.'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  PORT=0 make run                        take a free port (8080 by default)'
	@echo '  PORT=0 make run ARGS="--data /tmp/two" a second world beside the first'
	@echo '  make test PKG=./booking/... TESTFLAGS="-run TestHold -v"'

run: deps build ## Build and start Chesna with a demo world (PORT=…, ARGS=…)
	@exec ./chesna demo $(ARGS)

test: deps ## Run every test, on real Redis and PostgreSQL too, with the race detector (PKG=…, TESTFLAGS=…)
	@mkdir -p var
	go test -race -shuffle=on -timeout 20m -coverprofile=var/coverage.out $(TESTFLAGS) $(PKG)
	@go tool cover -func=var/coverage.out | tail -1

test-readme: deps ## Run the README's commands as written, in a fresh clone (the whole suite once more)
	CHESNA_README_TEST=1 go test -count=1 -timeout 60m -v ./cmd/chesna/internal/readmetest

lint: ## Look for faults and for code that is not formatted
	$(TOOL) golangci-lint run ./...

fmt: ## Format the code (gofumpt, imports)
	$(TOOL) golangci-lint fmt ./...

fuzz: ## Run every fuzz target for a while (FUZZTIME=20s)
	@.ci/fuzz $(FUZZTIME)

bench: deps ## Measure (PKG=…)
	go test -run '^$$' -bench . -benchmem $(TESTFLAGS) $(PKG)

bench-draw: ## Measure a draw of 1,000,000 entries on one core, and the odds of being first
	@for what in Draw/Persons Draw/Families Odds; do \
		GOMAXPROCS=1 go test -run '^$$' -bench "^Benchmark$$what$$" -benchtime 1x ./booking/draw || exit 1; done

bench-entries: deps ## Have 100,000 people enter one wave, and draw it (PEOPLE=…, CALLERS=…)
	go test -run '^$$' -bench '^BenchmarkEntries$$' -benchtime 1x -timeout 60m -v ./loadtest/entries

fairness: ## Simulate who gets the seats and write docs/FAIRNESS.md with its pictures (about 2 minutes)
	go run ./loadtest/sim/cmd/fairness

generate: ## Make the generated code again: SQL, API, and what go generate does
	@git ls-files --cached --others --exclude-standard -- '*sqlc.yaml' | while read -r f; do \
		echo "sqlc generate -f $$f" && $(TOOL) sqlc generate -f "$$f" || exit 1; done
	go generate ./...

deps: ## Install what is missing: PostgreSQL, Redis, gcc, chromium, node, jq, curl, openssl
	@.ci/deps

build: ## Build ./chesna with its version
	go build -trimpath -ldflags "-X main.version=$(VERSION)" -o chesna ./cmd/chesna

clean: ## Remove what was built and measured; the demo's data under var/ stay
	rm -rf chesna var/coverage.out var/screenshots
