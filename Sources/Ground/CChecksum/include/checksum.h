// Cyclic redundancy checks, a carry-less multiplication at a time where the processor has one.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// CRC-32 as in zip files, CRC-32C as in iSCSI, and CRC-64/NVME: all reflected, beginning and ending with ones.
typedef enum { LS_CRC32, LS_CRC32C, LS_CRC64NVME } ls_crc;

/// The check of what `check` is of (0 for nothing) with more bytes behind.
uint64_t ls_crc_update(ls_crc kind, uint64_t check, const void *bytes, size_t count);
/// The same by tables alone, as it is done where the processor does not multiply: for tests.
uint64_t ls_crc_update_portable(ls_crc kind, uint64_t check, const void *bytes, size_t count);
/// The check of two texts in a row, of which the second has `count` bytes.
uint64_t ls_crc_combine(ls_crc kind, uint64_t first, uint64_t second, uint64_t count);
