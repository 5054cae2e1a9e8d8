// The inner loops in plain C. Included by one file for each set of instructions, so that the compiler may use them.
#pragma once
#include "kernels.h"
#pragma STDC FP_CONTRACT OFF

#define LOOP static inline __attribute__((always_inline))

/// Columns from `x` on, one by one.
LOOP void stretch_rest(const uint8_t *row, const ls_taps *taps, int16_t *line, size_t pitch, int channels, int x) {
    for (; x < taps->count; x++) {
        int left = taps->left[x], right = left < taps->last ? left + 1 : left;
        for (int channel = 0; channel < channels; channel++) {
            int sum = row[left * channels + channel] * taps->weights[2 * x] +
                      row[right * channels + channel] * taps->weights[2 * x + 1];
            line[(size_t)channel * pitch + (size_t)x] = (int16_t)(sum >> 4);
        }
    }
}

/// OpenCV's vertical step: each product loses its lower 16 bits before the sum is rounded.
LOOP void mix_rows(const int16_t *restrict upper, const int16_t *restrict lower, int upper_weight, int lower_weight,
                   uint8_t *restrict levels, int count) {
    int16_t first = (int16_t)upper_weight, second = (int16_t)lower_weight;
    for (int x = 0; x < count; x++) {
        int16_t above = (int16_t)((upper[x] * first) >> 16), below = (int16_t)((lower[x] * second) >> 16);
        levels[x] = (uint8_t)((int16_t)(above + below + 2) >> 2);
    }
}

/// A true division, as numpy makes it: multiplying by 1/255 differs in the last bit.
LOOP void divide_levels(const uint8_t *restrict levels, float *restrict to, int count) {
    for (int x = 0; x < count; x++) to[x] = (float)levels[x] / 255.0f;
}

LOOP void normalise_levels(const uint8_t *restrict levels, float mean, float deviation, float *restrict to, int count) {
    for (int x = 0; x < count; x++) to[x] = ((float)levels[x] / 255.0f - mean) / deviation;
}

/// cv2's COLOR_RGB2GRAY: 15 bits.
LOOP void grey_of_rgb(const uint8_t *restrict rgb, uint8_t *restrict grey, int count) {
    for (int x = 0; x < count; x++)
        grey[x] = (uint8_t)((rgb[3 * x] * 9798 + rgb[3 * x + 1] * 19235 + rgb[3 * x + 2] * 3735 + (1 << 14)) >> 15);
}

LOOP void add_row(const uint8_t *restrict row, uint32_t *restrict sums, int count) {
    for (int x = 0; x < count; x++) sums[x] += row[x];
}

/// The functions that are the same text for all instructions.
#define PLAIN_KERNELS                                                                                                  \
    static void mix(const int16_t *upper, const int16_t *lower, int upper_weight, int lower_weight, uint8_t *levels,   \
                    int count) {                                                                                       \
        mix_rows(upper, lower, upper_weight, lower_weight, levels, count);                                             \
    }                                                                                                                  \
    static void divide(const uint8_t *levels, float *to, int count) { divide_levels(levels, to, count); }              \
    static void normalise(const uint8_t *levels, float mean, float deviation, float *to, int count) {                  \
        normalise_levels(levels, mean, deviation, to, count);                                                          \
    }                                                                                                                  \
    static void drop_colours(const uint8_t *rgb, uint8_t *grey, int count) { grey_of_rgb(rgb, grey, count); }          \
    static void add(const uint8_t *row, uint32_t *sums, int count) { add_row(row, sums, count); }

#define ALL_KERNELS {stretch_grey, stretch_rgb, mix, divide, normalise, drop_colours, add}
