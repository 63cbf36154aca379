#pragma once
#include <stddef.h>
#include <stdint.h>

// libFuzzer as a library; `-sanitize=fuzzer` links it. It changes what the arguments point to.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*judge)(const uint8_t *data, size_t size));
