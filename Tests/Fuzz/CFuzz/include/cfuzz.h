#ifndef ZURUF_CFUZZ_H
#define ZURUF_CFUZZ_H
#include <stddef.h>
#include <stdint.h>

/* libFuzzer has no header of its own; its main function, which the programs call from theirs. */
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*one)(const uint8_t *bytes, size_t count));
#endif
