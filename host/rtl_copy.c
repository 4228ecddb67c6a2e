/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * memcpy and memset as images call them. Calling Linux's from a function with Windows's calling convention would mean to save ten vector
 * registers, which costs more than most copies; so this is one of our own, which needs only those that need not be saved.
 */
#include <string.h>

#include "host/host.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WATCHED 1 /* the sanitizers want to see copies */
#endif
#endif

#if defined(__x86_64__) && !defined(WATCHED)

typedef uint64_t __attribute__((vector_size(16), aligned(1))) vector16;
typedef uint64_t __attribute__((vector_size(32), aligned(1))) vector32;
typedef uint64_t __attribute__((vector_size(64), aligned(1))) vector64;
typedef uint64_t __attribute__((aligned(1))) word8;
typedef uint32_t __attribute__((aligned(1))) word4;
typedef uint16_t __attribute__((aligned(1))) word2;

/* From both ends, overlapping in the middle: sizes from one unit to two. */
#define BOTH_ENDS(type, to, from, size)                                                                                \
    do {                                                                                                               \
        type first = *(const type *)(from), last = *(const type *)((from) + (size) - sizeof(type));                    \
        *(type *)(to) = first;                                                                                         \
        *(type *)((to) + (size) - sizeof(type)) = last;                                                                \
    } while (0)

static inline void copy_small(char *to, const char *from, size_t size) {
    if (size >= 16)
        BOTH_ENDS(vector16, to, from, size);
    else if (size >= 8)
        BOTH_ENDS(word8, to, from, size);
    else if (size >= 4)
        BOTH_ENDS(word4, to, from, size);
    else if (size >= 2)
        BOTH_ENDS(word2, to, from, size);
    else if (size)
        *to = *from;
}

/* At least one vector. The stores in between are aligned. */
#define COPY_WIDE(name, features, vector)                                                                              \
    __attribute__((target(features))) static inline void name(char *to, const char *from, size_t size) {               \
        const size_t unit = sizeof(vector);                                                                            \
        vector first = *(const vector *)from, last = *(const vector *)(from + size - unit);                            \
        char *end = to + size - unit;                                                                                  \
        size_t skip = unit - ((uintptr_t)to & (unit - 1));                                                             \
        *(vector *)to = first;                                                                                         \
        for (to += skip, from += skip; to + 4 * unit <= end; to += 4 * unit, from += 4 * unit) {                       \
            vector a = ((const vector *)from)[0], b = ((const vector *)from)[1], c = ((const vector *)from)[2],        \
                   d = ((const vector *)from)[3];                                                                      \
            ((vector *)to)[0] = a;                                                                                     \
            ((vector *)to)[1] = b;                                                                                     \
            ((vector *)to)[2] = c;                                                                                     \
            ((vector *)to)[3] = d;                                                                                     \
        }                                                                                                              \
        for (; to < end; to += unit, from += unit) *(vector *)to = *(const vector *)from;                              \
        *(vector *)end = last;                                                                                         \
    }

COPY_WIDE(copy_avx2, "avx2", vector32)
COPY_WIDE(copy_avx512, "avx512f", vector64)

static enum { NARROW, AVX2, AVX512 } width; /* of this processor */
__attribute__((constructor)) static void find_out(void) {
    if (__builtin_cpu_supports("avx2")) width = AVX2;
    if (__builtin_cpu_supports("avx512f")) width = AVX512;
}

static __attribute__((noinline)) void *NTAPI copy_plainly(void *to, const void *from, size_t size) {
    return memcpy(to, from, size);
}

static __attribute__((noinline)) __attribute__((target("avx512f"))) void *NTAPI copy_512(void *to, const void *from,
                                                                                         size_t size) {
    copy_avx512(to, from, size);
    return to;
}

static __attribute__((noinline)) __attribute__((target("avx2"))) void *NTAPI copy_256(void *to, const void *from,
                                                                                      size_t size) {
    copy_avx2(to, from, size);
    return to;
}

void *NTAPI nt_memcpy(void *to, const void *from, size_t size) {
    if (size >= 64 && width == AVX512) __attribute__
        ((musttail)) return copy_512(to, from, size);
    if (size > 32 && width != NARROW) __attribute__
        ((musttail)) return copy_256(to, from, size);
    if (size > 32) __attribute__
        ((musttail)) return copy_plainly(to, from, size);
    copy_small(to, from, size);
    return to;
}

static __attribute__((noinline)) void *NTAPI set_plainly(void *to, int value, size_t size) {
    return memset(to, value, size);
}

void *NTAPI nt_memset(void *to, int value, size_t size) {
    if (size < 16 || size > 1024) __attribute__
        ((musttail)) return set_plainly(to, value, size);
    uint64_t word = (uint8_t)value * 0x0101010101010101u;
    vector16 pattern = {word, word};
    char *at = to, *end = at + size - 16;
    for (; at < end; at += 16) *(vector16 *)at = pattern;
    *(vector16 *)end = pattern;
    return to;
}

#else

void *NTAPI nt_memcpy(void *to, const void *from, size_t size) { return memcpy(to, from, size); }

void *NTAPI nt_memset(void *to, int value, size_t size) { return memset(to, value, size); }

#endif
