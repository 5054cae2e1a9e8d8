// The inner loops, once for each set of instructions.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Target column x mixes source pixels left[x] and left[x] + 1 by weights[2x] and weights[2x + 1], in 1/2048.
typedef struct {
    const int32_t *left;
    const int16_t *weights;
    int count;
    int wide_grey, wide_rgb; // the first columns, for which whole words may be read from the source row
    int last;                // the source's last column, beyond which nothing is read
} ls_taps;

typedef struct {
    /// One source row to target columns, in 1/128 of a level; an RGB row to three lines, `pitch` apart.
    void (*stretch_grey)(const uint8_t *row, const ls_taps *taps, int16_t *line, size_t pitch);
    void (*stretch_rgb)(const uint8_t *row, const ls_taps *taps, int16_t *line, size_t pitch);
    /// Two stretched rows to levels.
    void (*mix)(const int16_t *upper, const int16_t *lower, int upper_weight, int lower_weight, uint8_t *levels,
                int count);
    void (*divide)(const uint8_t *levels, float *to, int count);
    void (*normalise)(const uint8_t *levels, float mean, float deviation, float *to, int count);
    void (*drop_colours)(const uint8_t *rgb, uint8_t *grey, int count);
    void (*add)(const uint8_t *row, uint32_t *sums, int count);
} ls_kernels;

const ls_kernels *ls_kernels_for(int instructions);
