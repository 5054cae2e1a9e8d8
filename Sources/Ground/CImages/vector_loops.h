// Stretching rows eight columns at a time; the file that includes this says what `weigh` is.
#pragma once
#include "loops.h"
#include "vector.h"

static void stretch_grey(const uint8_t *row, const ls_taps *taps, int16_t *line, size_t pitch) {
    for (int x = 0; x < taps->wide_grey; x += 8)
        _mm_storeu_si128((__m128i *)(line + x), weigh(ls_eight_pairs(row, taps->left + x), taps->weights + 2 * x));
    stretch_rest(row, taps, line, pitch, 1, taps->wide_grey);
}

static void stretch_rgb(const uint8_t *row, const ls_taps *taps, int16_t *line, size_t pitch) {
    for (int x = 0; x < taps->wide_rgb; x += 8) {
        const int32_t *left = taps->left + x;
        const int16_t *weights = taps->weights + 2 * x;
        __m128i a = ls_two_pairs(row, left), b = ls_two_pairs(row, left + 2);
        __m128i c = ls_two_pairs(row, left + 4), d = ls_two_pairs(row, left + 6);
        __m128i near = _mm_unpacklo_epi32(a, b), far = _mm_unpacklo_epi32(c, d);
        __m128i blue = _mm_unpacklo_epi64(_mm_unpackhi_epi32(a, b), _mm_unpackhi_epi32(c, d));
        _mm_storeu_si128((__m128i *)(line + x), weigh(_mm_unpacklo_epi64(near, far), weights));
        _mm_storeu_si128((__m128i *)(line + pitch + x), weigh(_mm_unpackhi_epi64(near, far), weights));
        _mm_storeu_si128((__m128i *)(line + 2 * pitch + x), weigh(blue, weights));
    }
    stretch_rest(row, taps, line, pitch, 3, taps->wide_rgb);
}
