# For developers; nothing here is needed to build, run or test (that is ./run and ./test).

.PHONY: check test long tsan asan fuzz bench run demo

check:                  # the laws of the house: arrows, format, lengths, words
	@clients/scripts/check

test:                   # check, build, every test
	@./test

long:                   # the long forms: 10,000 races, 200 crashes
	@./test --long

tsan asan: kind = $(if $(filter tsan,$@),thread,address)
tsan asan:              # every test under the thread or the address sanitizer
	swift build --build-tests --sanitize=$(kind) --scratch-path .build-$@
	ZURUF_SANITIZER=$(kind) \
	    swift test --skip-build --disable-xctest --sanitize=$(kind) --scratch-path .build-$@

fuzz:                   # libFuzzer on what strangers write, FUZZ_SECONDS (60) each
	@clients/scripts/fuzz

bench:                  # what it costs beside its bare floor: name, value, unit; BENCH="claims mail" for some of it
	@swift build -c release >&2
	@$$(swift build -c release --show-bin-path)/zuruf-bench $(BENCH)

run:                    # a desk to try out
	@./run

demo:                   # the story of Meier, Schulze and Herr Schmidt, played by the machine
	@clients/scripts/demo
