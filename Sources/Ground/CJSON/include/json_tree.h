// simdjson behind a C face: a document becomes a flat list of nodes; arrays of numbers become one node over a packed pool.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef enum { LS_NULL, LS_FALSE, LS_TRUE, LS_INT, LS_UINT, LS_DOUBLE, LS_STRING, LS_NUMBERS, LS_ARRAY, LS_OBJECT } ls_json_kind;
typedef enum { LS_POOL_INT, LS_POOL_UINT, LS_POOL_DOUBLE } ls_pool_kind;

/// A value. `next` is the node after this one's subtree. An object's children are string, value, string, value ...
/// `a`, `b`: the number's bits; a string's place and length; a number array's place and count; a container's child count in `b`.
typedef struct { uint32_t kind, next; uint64_t a, b; uint32_t pool; uint32_t position; } ls_json_node;

typedef struct ls_json ls_json;
ls_json *ls_json_create(void);
void ls_json_free(ls_json *json);
/// Parses `count` bytes; at least LS_JSON_PADDING readable bytes must follow them. False: see error and position.
bool ls_json_parse(ls_json *json, const char *text, size_t count);
const char *ls_json_error(const ls_json *json);
size_t ls_json_error_position(const ls_json *json);
const ls_json_node *ls_json_nodes(const ls_json *json);
const char *ls_json_strings(const ls_json *json);
/// The pool of packed numbers, eight bytes each, of the kind that the node's `pool` names.
const uint64_t *ls_json_numbers(const ls_json *json);
/// Gives memory back after an unusually large document.
void ls_json_shrink(ls_json *json);
enum { LS_JSON_PADDING = 64, LS_JSON_DEPTH_MAX = 64, LS_JSON_NODES_MAX = 1 << 22 };

/// Shortest text that reads back as the same number; `out` has room for 32 bytes. Whole numbers keep a ".0".
size_t ls_format_double(double value, char *out);
size_t ls_format_float(float value, char *out);
/// Fixed-point text with four decimals, as Python's "{:.4f}".
size_t ls_format_4f(double value, char *out);
/// With six, as C's "%f", however large; in a room of this many bytes.
enum { LS_SIX_DECIMALS_ROOM = 384 };
size_t ls_format_6f(double value, char *out);

/// Narrows packed numbers to float32 and reports the least and greatest; a NaN anywhere makes both NaN.
void ls_numbers_to_f32(const uint64_t *numbers, uint32_t pool, size_t count, float *out, float *least, float *greatest);
void ls_range_f32(const float *values, size_t count, float *least, float *greatest);
uint16_t ls_half_from_float(float value);
float ls_float_from_half(uint16_t half);
#ifdef __cplusplus
}
#endif
