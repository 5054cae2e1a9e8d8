#include "json_tree.h"
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

template <class Real> static size_t format(Real value, char *out) {
    char *end = std::to_chars(out, out + 28, value).ptr;
    for (char *c = out; c != end; c++)
        if (*c == '.' || *c == 'e' || *c == 'n' || *c == 'i') return size_t(end - out);
    *end++ = '.';
    *end++ = '0';
    return size_t(end - out);
}
size_t ls_format_double(double value, char *out) { return format(value, out); }
size_t ls_format_float(float value, char *out) { return format(value, out); }

size_t ls_format_4f(double value, char *out) {
    if (std::isnan(value)) { std::memcpy(out, "nan", 3); return 3; }
    if (std::isinf(value)) { std::memcpy(out, value < 0 ? "-inf" : "inf", 4); return value < 0 ? 4 : 3; }
    if (std::fabs(value) >= 1e20) return format(value, out);
    return size_t(std::to_chars(out, out + 32, value, std::chars_format::fixed, 4).ptr - out);
}

size_t ls_format_6f(double value, char *out) {
    return size_t(std::to_chars(out, out + LS_SIX_DECIMALS_ROOM, value, std::chars_format::fixed, 6).ptr - out);
}

void ls_range_f32(const float *values, size_t count, float *least, float *greatest) {
    float low = INFINITY, high = -INFINITY;
    int strange = 0;
    for (size_t i = 0; i < count; i++) {
        float v = values[i];
        low = v < low ? v : low;
        high = v > high ? v : high;
        strange |= v != v;
    }
    *least = strange ? NAN : low;
    *greatest = strange ? NAN : high;
}

void ls_numbers_to_f32(const uint64_t *numbers, uint32_t pool, size_t count, float *out, float *least, float *greatest) {
    if (pool == LS_POOL_DOUBLE) {
        const double *values = reinterpret_cast<const double *>(numbers);
        for (size_t i = 0; i < count; i++) out[i] = float(values[i]);
    } else if (pool == LS_POOL_INT) {
        for (size_t i = 0; i < count; i++) out[i] = float(int64_t(numbers[i]));
    } else {
        for (size_t i = 0; i < count; i++) out[i] = float(numbers[i]);
    }
    ls_range_f32(out, count, least, greatest);
}

// Round to nearest even, with subnormals, infinities and NaN: what numpy's float16 does.
uint16_t ls_half_from_float(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, 4);
    uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
    if (magnitude >= 0x7f800000) return uint16_t(sign | 0x7c00 | (magnitude > 0x7f800000 ? 0x200 : 0));
    if (magnitude >= 0x477ff000) return uint16_t(sign | 0x7c00);
    if (magnitude < 0x38800000) {
        float shifted = std::fabs(value) * 16777216.0f;  // 2^24: the subnormal half's unit
        return uint16_t(sign | uint32_t(std::nearbyint(shifted)));
    }
    uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
    return uint16_t(sign | ((rounded - 0x38000000) >> 13));
}

float ls_float_from_half(uint16_t half) {
    uint32_t sign = uint32_t(half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 0x3ff, bits;
    if (exponent == 31) bits = sign | 0x7f800000 | fraction << 13;
    else if (exponent != 0) bits = sign | (exponent + 112) << 23 | fraction << 13;
    else {
        float value = float(fraction) / 16777216.0f;
        return sign ? -value : value;
    }
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}
