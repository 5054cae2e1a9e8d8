#include "code.h"
#include <pthread.h>
#include <string.h>

static ls_code codes[] = {
    [LS_CRC32] = {.polynomial = 0xedb88320, .width = 32},
    [LS_CRC32C] = {.polynomial = 0x82f63b78, .width = 32},
    [LS_CRC64NVME] = {.polynomial = 0x9a6c9329ac4bc9b5, .width = 64},
};
static pthread_once_t prepared = PTHREAD_ONCE_INIT;

static uint64_t ones(const ls_code *code) { return ~0ULL >> (64 - code->width); }

static uint64_t times_x(const ls_code *code, uint64_t value) {
    return value & 1 ? value >> 1 ^ code->polynomial : value >> 1;
}

/// x to the power of n, put where the multiplication of 64 bits wants it.
static uint64_t power(const ls_code *code, int n) {
    uint64_t value = 1ULL << (code->width - 1);
    while (n-- > 0) value = times_x(code, value);
    return value << (64 - code->width);
}

static void prepare_one(ls_code *code) {
    for (unsigned byte = 0; byte < 256; byte++) {
        uint64_t value = byte;
        for (int bit = 0; bit < 8; bit++) value = times_x(code, value);
        code->slices[0][byte] = value;
    }
    for (int slice = 1; slice < LS_SLICES; slice++)
        for (unsigned byte = 0; byte < 256; byte++) {
            uint64_t before = code->slices[slice - 1][byte];
            code->slices[slice][byte] = code->slices[0][before & 0xff] ^ before >> 8;
        }
    const int lane_bits = 8 * LS_LANE_BYTES;
    code->by_lane[0] = power(code, lane_bits + 63);
    code->by_lane[1] = power(code, lane_bits - 1);
    code->by_all[0] = power(code, LS_LANES * lane_bits + 63);
    code->by_all[1] = power(code, LS_LANES * lane_bits - 1);
}

static void prepare(void) {
    for (size_t kind = 0; kind < sizeof codes / sizeof *codes; kind++) prepare_one(&codes[kind]);
}

static const ls_code *code_of(ls_crc kind) {
    pthread_once(&prepared, prepare);
    return &codes[kind];
}

uint64_t ls_code_slice(const ls_code *code, uint64_t state, const uint8_t *bytes, size_t count) {
    const uint64_t(*slices)[256] = code->slices;
    for (; count >= LS_SLICES; bytes += LS_SLICES, count -= LS_SLICES) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);  // Both processors of the house put the first byte lowest.
        word ^= state;
        state = slices[7][word & 0xff] ^ slices[6][word >> 8 & 0xff] ^ slices[5][word >> 16 & 0xff]
            ^ slices[4][word >> 24 & 0xff] ^ slices[3][word >> 32 & 0xff] ^ slices[2][word >> 40 & 0xff]
            ^ slices[1][word >> 48 & 0xff] ^ slices[0][word >> 56];
    }
    while (count-- > 0) state = slices[0][(state ^ *bytes++) & 0xff] ^ state >> 8;
    return state;
}

uint64_t ls_crc_update(ls_crc kind, uint64_t check, const void *bytes, size_t count) {
    const ls_code *code = code_of(kind);
    const uint8_t *next = bytes;
    uint64_t state = check ^ ones(code);
    uint8_t folded[LS_LANE_BYTES];
    if (ls_code_fold(code, state, &next, &count, folded)) state = ls_code_slice(code, 0, folded, sizeof folded);
    return ls_code_slice(code, state, next, count) ^ ones(code);
}

uint64_t ls_crc_update_portable(ls_crc kind, uint64_t check, const void *bytes, size_t count) {
    const ls_code *code = code_of(kind);
    return ls_code_slice(code, check ^ ones(code), bytes, count) ^ ones(code);
}

static uint64_t product(const ls_code *code, uint64_t a, uint64_t b) {
    uint64_t sum = 0;
    for (uint64_t bit = 1ULL << (code->width - 1); bit; bit >>= 1) {
        if (a & bit) sum ^= b;
        b = times_x(code, b);
    }
    return sum;
}

uint64_t ls_crc_combine(ls_crc kind, uint64_t first, uint64_t second, uint64_t count) {
    const ls_code *code = code_of(kind);
    // The ones around both checks cancel out: what is left is the first remainder, moved on by 8 * count bits.
    uint64_t step = 1ULL << (code->width - 1);
    for (int bit = 0; bit < 8; bit++) step = times_x(code, step);
    for (; count; count >>= 1, step = product(code, step, step))
        if (count & 1) first = product(code, step, first);
    return first ^ second;
}
