// The mean of the source pixels that a target pixel covers, as cv2.resize's INTER_AREA makes it when both sides shrink:
// by whole numbers when the source is a multiple of the target, else by shares in float32.
#include "resize.h"
#include <float.h>
#include <math.h>
#include <string.h>
#pragma STDC FP_CONTRACT OFF

enum { LEVEL_MAX = 255 };

/// A side's whole factor, or 0. The division is inexact for some factors (49 is the first), and OpenCV takes those for
/// fractions; so do we.
static int whole_factor(int source, int target) {
    double scale = ls_scale(source, target);
    int whole = (int)lrint(scale);
    return fabs(scale - whole) < DBL_EPSILON ? whole : 0;
}

static void add_share(ls_shares *shares, int *count, int from, double share) {
    ((int32_t *)shares->from.bytes)[*count] = from;
    ((float *)shares->share.bytes)[(*count)++] = (float)share;
}

/// The shares of the source pixels in each cell of one axis: a part of the first, all of the middle ones, a part of the
/// last. Parts below a thousandth of a pixel do not count.
static bool plan_shares(ls_shares *shares, int source, int target) {
    double scale = ls_scale(source, target);
    size_t entries = 2 * (size_t)source + (size_t)target;
    if (!ls_grow(&shares->first, ((size_t)target + 1) * sizeof(int32_t)) ||
        !ls_grow(&shares->from, entries * sizeof(int32_t)) || !ls_grow(&shares->share, entries * sizeof(float)))
        return false;
    int32_t *first = shares->first.bytes;
    int count = 0;
    for (int cell = 0; cell < target; cell++) {
        double begin = cell * scale, end = begin + scale;
        double extent = fmin(scale, source - begin);
        int last = (int)floor(end) < source - 1 ? (int)floor(end) : source - 1;
        int whole = (int)ceil(begin) < last ? (int)ceil(begin) : last;
        first[cell] = count;
        if (whole - begin > 1e-3) add_share(shares, &count, whole - 1, (whole - begin) / extent);
        for (int place = whole; place < last; place++) add_share(shares, &count, place, 1.0 / extent);
        if (end - last > 1e-3) add_share(shares, &count, last, fmin(fmin(end - last, 1.0), extent) / extent);
    }
    first[target] = count;
    return true;
}

bool ls_plan_area(ls_preprocessor *p) {
    size_t source_line = (size_t)p->source_width * (size_t)p->channels, target_line = p->pitch * (size_t)p->channels;
    p->cell_width = whole_factor(p->source_width, p->fit.width);
    p->cell_height = whole_factor(p->source_height, p->fit.height);
    p->method = p->cell_width && p->cell_height ? LS_BY_CELLS : LS_BY_SHARES;
    if (p->method == LS_BY_CELLS) return ls_grow(&p->sums, source_line * sizeof(uint32_t));
    return plan_shares(&p->across, p->source_width, p->fit.width) &&
           plan_shares(&p->down, p->source_height, p->fit.height) &&
           ls_grow(&p->mixed, target_line * sizeof(float)) && ls_grow(&p->means, target_line * sizeof(float));
}

static uint8_t level(float mean) {
    long nearest = lrintf(mean);
    return nearest < 0 ? 0 : nearest > LEVEL_MAX ? LEVEL_MAX : (uint8_t)nearest;
}

/// Four pixels are rounded as whole numbers, more of them as a float32 product.
static uint8_t cell_level(uint64_t sum, int width, int height) {
    if (width == 2 && height == 2) return (uint8_t)((sum + 2) >> 2);
    return level((float)sum * (1.0f / (float)(width * height)));
}

static void average_cells(ls_preprocessor *p) {
    const uint32_t *sums = p->sums.bytes;
    uint8_t *levels = p->levels.bytes;
    int channels = p->channels;
    for (int x = 0; x < p->fit.width; x++)
        for (int channel = 0; channel < channels; channel++) {
            uint64_t sum = 0;
            for (int column = 0; column < p->cell_width; column++)
                sum += sums[((size_t)x * (size_t)p->cell_width + (size_t)column) * (size_t)channels + (size_t)channel];
            levels[(size_t)channel * p->pitch + (size_t)x] = cell_level(sum, p->cell_width, p->cell_height);
        }
}

void ls_run_cells(ls_preprocessor *p, const ls_frame *frame, float *tensor) {
    int count = p->source_width * p->channels;
    for (int y = 0; y < p->fit.height; y++) {
        memset(p->sums.bytes, 0, (size_t)count * sizeof(uint32_t));
        for (int row = 0; row < p->cell_height; row++)
            p->kernels->add(ls_source_row(p, frame, y * p->cell_height + row), p->sums.bytes, count);
        average_cells(p);
        ls_emit(p, y, tensor);
    }
}

/// One source row by its columns' shares, to one line a channel.
static void mix_grey(ls_preprocessor *p, const uint8_t *row) {
    const int32_t *first = p->across.first.bytes, *from = p->across.from.bytes;
    const float *share = p->across.share.bytes;
    float *mixed = p->mixed.bytes;
    for (int x = 0; x < p->fit.width; x++) {
        float sum = 0;
        for (int entry = first[x]; entry < first[x + 1]; entry++) sum += (float)row[from[entry]] * share[entry];
        mixed[x] = sum;
    }
}

static void mix_rgb(ls_preprocessor *p, const uint8_t *row) {
    const int32_t *first = p->across.first.bytes, *from = p->across.from.bytes;
    const float *share = p->across.share.bytes;
    float *red = p->mixed.bytes, *green = red + p->pitch, *blue = green + p->pitch;
    for (int x = 0; x < p->fit.width; x++) {
        float r = 0, g = 0, b = 0;
        for (int entry = first[x]; entry < first[x + 1]; entry++) {
            const uint8_t *pixel = row + (size_t)from[entry] * 3;
            r += (float)pixel[0] * share[entry];
            g += (float)pixel[1] * share[entry];
            b += (float)pixel[2] * share[entry];
        }
        red[x] = r;
        green[x] = g;
        blue[x] = b;
    }
}

static void add_scaled(const float *restrict mixed, float share, float *restrict means, size_t count) {
    for (size_t x = 0; x < count; x++) means[x] += share * mixed[x];
}

void ls_run_shares(ls_preprocessor *p, const ls_frame *frame, float *tensor) {
    const int32_t *first = p->down.first.bytes, *from = p->down.from.bytes;
    const float *share = p->down.share.bytes;
    size_t count = p->pitch * (size_t)p->channels;
    int held = -1; // the last row of one cell is often the first of the next
    for (int y = 0; y < p->fit.height; y++) {
        memset(p->means.bytes, 0, count * sizeof(float));
        for (int entry = first[y]; entry < first[y + 1]; entry++) {
            if (from[entry] != held) {
                held = from[entry];
                const uint8_t *row = ls_source_row(p, frame, held);
                if (p->channels == 1) mix_grey(p, row);
                else mix_rgb(p, row);
            }
            add_scaled(p->mixed.bytes, share[entry], p->means.bytes, count);
        }
        for (size_t x = 0; x < count; x++) ((uint8_t *)p->levels.bytes)[x] = level(((float *)p->means.bytes)[x]);
        ls_emit(p, y, tensor);
    }
}
