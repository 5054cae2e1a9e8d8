// The loops for any processor, and the choice among all.
#include "kernels.h"
#include "loops.h"
#include "preprocess.h"
#include "vector.h"

PLAIN_KERNELS

static void stretch_grey(const uint8_t *row, const ls_taps *taps, int16_t *line, size_t pitch) {
    stretch_rest(row, taps, line, pitch, 1, 0);
}

static void stretch_rgb(const uint8_t *row, const ls_taps *taps, int16_t *line, size_t pitch) {
    stretch_rest(row, taps, line, pitch, 3, 0);
}

static const ls_kernels portable = ALL_KERNELS;

#if defined(__x86_64__)
int ls_instructions(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") ? LS_AVX2 : __builtin_cpu_supports("sse4.1") ? LS_SSE41 : LS_PORTABLE;
}

const ls_kernels *ls_kernels_for(int instructions) {
    int best = ls_instructions();
    switch (instructions < best ? instructions : best) {
    case LS_AVX2: return &ls_kernels_avx2;
    case LS_SSE41: return &ls_kernels_sse41;
    default: return &portable;
    }
}
#else
int ls_instructions(void) { return LS_PORTABLE; }
const ls_kernels *ls_kernels_for(int instructions) { return &portable; }
#endif
