// The loops for processors with AVX2.
#include "vector.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#include "loops.h"

PLAIN_KERNELS

/// Eight pairs by their weights, in 1/128 of a level.
LOOP __m128i weigh(__m128i pairs, const int16_t *weights) {
    __m256i products = _mm256_madd_epi16(_mm256_cvtepu8_epi16(pairs), _mm256_loadu_si256((const __m256i *)weights));
    __m256i line = _mm256_srai_epi32(products, 4);
    return _mm_packs_epi32(_mm256_castsi256_si128(line), _mm256_extracti128_si256(line, 1));
}

#include "vector_loops.h"

const ls_kernels ls_kernels_avx2 = ALL_KERNELS;
#pragma clang attribute pop
#endif
