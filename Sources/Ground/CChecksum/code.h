// What the parts of this room know of one code.
#pragma once
#include "checksum.h"

enum { LS_SLICES = 8, LS_LANES = 4, LS_LANE_BYTES = 16 };

/// A polynomial and what is worked out from it once. Bits are reflected: the highest power of x is the lowest bit.
typedef struct {
    uint64_t polynomial;
    int width;
    /// Of a byte with so many zero bytes behind it.
    uint64_t slices[LS_SLICES][256];
    /// x^(n + 63) and x^(n - 1), with which 16 bytes move n bits on: by one lane, and by all of them.
    uint64_t by_lane[2], by_all[2];
} ls_code;

/// The remainder so far, without the ones around it.
uint64_t ls_code_slice(const ls_code *code, uint64_t state, const uint8_t *bytes, size_t count);
/// Takes whole blocks from `*bytes` and leaves their remainder behind in the 16 bytes of `folded`.
/// False, with nothing taken, when there are too few bytes, or the processor cannot multiply.
int ls_code_fold(const ls_code *code, uint64_t state, const uint8_t **bytes, size_t *count, uint8_t *folded);
