// The loops for x86-64's vector instructions.
#pragma once
#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define VECTOR static inline __attribute__((always_inline, target("sse4.1")))

extern const ls_kernels ls_kernels_sse41, ls_kernels_avx2;

/// The pixel pairs of two target columns: eight bytes from each of their left pixels on, of which six are used.
VECTOR __m128i ls_two_pairs(const uint8_t *row, const int32_t *left) {
    __m128i pairs = _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)(row + left[0] * 3)),
                                       _mm_loadl_epi64((const __m128i *)(row + left[1] * 3)));
    // r r r r g g g g b b b b: left, right of one column, left, right of the other
    const __m128i by_channel = _mm_setr_epi8(0, 3, 8, 11, 1, 4, 9, 12, 2, 5, 10, 13, -1, -1, -1, -1);
    return _mm_shuffle_epi8(pairs, by_channel);
}

/// Eight grey pairs, as they lie in the row.
VECTOR __m128i ls_eight_pairs(const uint8_t *row, const int32_t *left) {
    int16_t pairs[8];
    for (int x = 0; x < 8; x++) __builtin_memcpy(&pairs[x], row + left[x], 2);
    return _mm_loadu_si128((const __m128i *)pairs);
}
#endif
