#include "code.h"

#if defined(__x86_64__)
#include <immintrin.h>

// "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel, 2009: 16 bytes stand for their
// remainder, and so may be moved on by a multiplication and added to the bytes that lie there. The four lanes do not
// wait for each other.
#define MULTIPLIES __attribute__((target("sse2,pclmul")))

MULTIPLIES static inline __m128i moved(__m128i lane, __m128i powers) {
    return _mm_xor_si128(_mm_clmulepi64_si128(lane, powers, 0x00), _mm_clmulepi64_si128(lane, powers, 0x11));
}

MULTIPLIES static inline __m128i block(const uint8_t *bytes) { return _mm_loadu_si128((const __m128i *)bytes); }

MULTIPLIES static void fold(const ls_code *code, uint64_t state, const uint8_t **bytes, size_t *count, uint8_t *folded) {
    enum { ALL = LS_LANES * LS_LANE_BYTES };
    const __m128i by_all = block((const uint8_t *)code->by_all), by_lane = block((const uint8_t *)code->by_lane);
    const uint8_t *next = *bytes;
    size_t left = *count;
    __m128i lanes[LS_LANES];
    for (int lane = 0; lane < LS_LANES; lane++) lanes[lane] = block(next + lane * LS_LANE_BYTES);
    lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi64_si128((long long)state));
    for (next += ALL, left -= ALL; left >= ALL; next += ALL, left -= ALL)
        for (int lane = 0; lane < LS_LANES; lane++)
            lanes[lane] = _mm_xor_si128(moved(lanes[lane], by_all), block(next + lane * LS_LANE_BYTES));
    for (int lane = 1; lane < LS_LANES; lane++) lanes[lane] = _mm_xor_si128(moved(lanes[lane - 1], by_lane), lanes[lane]);
    __m128i last = lanes[LS_LANES - 1];
    for (; left >= LS_LANE_BYTES; next += LS_LANE_BYTES, left -= LS_LANE_BYTES)
        last = _mm_xor_si128(moved(last, by_lane), block(next));
    _mm_storeu_si128((__m128i *)folded, last);
    *bytes = next;
    *count = left;
}

int ls_code_fold(const ls_code *code, uint64_t state, const uint8_t **bytes, size_t *count, uint8_t *folded) {
    if (*count < LS_LANES * LS_LANE_BYTES || !__builtin_cpu_supports("pclmul")) return 0;
    fold(code, state, bytes, count, folded);
    return 1;
}
#else
int ls_code_fold(const ls_code *code, uint64_t state, const uint8_t **bytes, size_t *count, uint8_t *folded) {
    return 0;
}
#endif
