#ifndef CUNICODE_H
#define CUNICODE_H

#include <stdint.h>
#include <stdlib.h>
#include <utf8proc.h>

// Makes the NFKC of a UTF-8 text, without Unicode's default ignorable characters. The caller frees
// the result with free(). Returns its length, or a negative number if there is no memory.
//
// Swift gives utf8proc's options a type that its functions do not take; hence this shim.
static inline long cunicode_nfkc(
    const uint8_t *text, long length, int folding_case, uint8_t **result) {
    int options = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_IGNORE;
    if (folding_case) options |= UTF8PROC_CASEFOLD;
    return utf8proc_map(text, length, result, (utf8proc_option_t)options);
}

#endif
