# For developers. To build, run and test, ./run and ./test are enough.

.PHONY: check format hooks test long tsan asan fuzz bench run demo

check:                  # the source rules: imports, format, lengths, words
	@clients/scripts/check

format:                 # formats the Swift sources
	@swift format --in-place --recursive --parallel Package.swift Sources Tests

hooks:                  # makes every commit run `make check` first
	@printf '#!/bin/sh\nexec make --silent check\n' >"$$(git rev-parse --git-path hooks)/pre-commit"
	@chmod +x "$$(git rev-parse --git-path hooks)/pre-commit"

test:                   # check, build, every test
	@./test

long:                   # the long forms: 10,000 races, 200 crashes
	@./test --long

tsan asan: kind = $(if $(filter tsan,$@),thread,address)
tsan asan:              # all tests under ThreadSanitizer or AddressSanitizer
	swift build --build-tests --sanitize=$(kind) --scratch-path .build-$@
	ZURUF_SANITIZER=$(kind) \
	    swift test --skip-build --disable-xctest --sanitize=$(kind) --scratch-path .build-$@

fuzz:                   # libFuzzer on the parsers, FUZZ_SECONDS (60) each
	@clients/scripts/fuzz

bench:                  # benchmarks beside the bare floor: name, value, unit; BENCH="claims mail" selects some
	@swift build -c release >&2
	@$$(swift build -c release --show-bin-path)/zuruf-bench $(BENCH)

run:                    # a desk to try
	@./run

demo:                   # the scripted demo: Meier, Schulze and Herr Schmidt
	@clients/scripts/demo
