// The loops for processors without AVX2, such as small industrial ones.
#include "vector.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("sse4.1"))), apply_to = function)
#include "loops.h"

PLAIN_KERNELS

/// Eight pairs by their weights, in 1/128 of a level.
LOOP __m128i weigh(__m128i pairs, const int16_t *weights) {
    const __m128i *vectors = (const __m128i *)weights;
    __m128i low = _mm_madd_epi16(_mm_cvtepu8_epi16(pairs), _mm_loadu_si128(vectors));
    __m128i high = _mm_madd_epi16(_mm_cvtepu8_epi16(_mm_srli_si128(pairs, 8)), _mm_loadu_si128(vectors + 1));
    return _mm_packs_epi32(_mm_srai_epi32(low, 4), _mm_srai_epi32(high, 4));
}

#include "vector_loops.h"

const ls_kernels ls_kernels_sse41 = ALL_KERNELS;
#pragma clang attribute pop
#endif
