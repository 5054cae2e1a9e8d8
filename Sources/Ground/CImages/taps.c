// Bilinear resizing as cv2.resize does it on bytes: 11-bit weights, columns first, then rows. The area mode uses it too
// when a side grows, with other weights.
#include "resize.h"
#include <math.h>
#pragma STDC FP_CONTRACT OFF

enum { WEIGHT_ONE = 2048 };

typedef struct {
    int source, target;
    bool is_area;
} axis;

static void write_weights(float second, int16_t weights[2]) {
    weights[0] = (int16_t)lrintf((1.0f - second) * WEIGHT_ONE);
    weights[1] = (int16_t)lrintf(second * WEIGHT_ONE);
}

/// The source position of a target one, and how far it is on the way to the next.
static int find_tap(axis along, int place, float *second) {
    double scale = ls_scale(along.source, along.target);
    if (along.is_area) {
        int first = (int)floor(place * scale);
        float rest = (float)((place + 1) - (first + 1) * ((double)along.target / along.source));
        *second = rest <= 0 ? 0 : rest - floorf(rest);
        return first;
    }
    float centre = (float)((place + 0.5) * scale - 0.5);
    *second = centre - floorf(centre);
    return (int)floorf(centre);
}

/// Columns stay inside the picture, and so do their weights.
static void plan_columns(axis along, const ls_fit *fit, int32_t *left, int16_t *weights) {
    for (int x = 0; x < fit->width; x++) {
        float second;
        int first = find_tap(along, fit->skip_x + x, &second);
        if (first < 0 || first >= along.source - 1) second = 0;
        left[x] = first < 0 ? 0 : first >= along.source - 1 ? along.source - 1 : first;
        write_weights(second, weights + 2 * x);
    }
}

/// Rows may begin outside; they are held inside when they are read, and keep their weights.
static void plan_rows(axis along, const ls_fit *fit, int32_t *top, int16_t *weights) {
    for (int y = 0; y < fit->height; y++) {
        float second;
        top[y] = find_tap(along, fit->skip_y + y, &second);
        write_weights(second, weights + 2 * y);
    }
}

/// How many of the first columns, in eights, leave room for `margin` pixels from their left one on.
static int wide_columns(const ls_preprocessor *p, const int32_t *left, int margin) {
    int count = p->fit.width / 8 * 8;
    while (count > 0 && left[count - 1] + margin > p->source_width) count -= 8;
    return count;
}

bool ls_plan_taps(ls_preprocessor *p) {
    size_t width = (size_t)p->fit.width, height = (size_t)p->fit.height;
    bool is_area = p->wanted.mode == LS_AREA;
    if (!ls_grow(&p->left, width * sizeof(int32_t)) || !ls_grow(&p->column_weights, width * 2 * sizeof(int16_t)) ||
        !ls_grow(&p->top, height * sizeof(int32_t)) || !ls_grow(&p->row_weights, height * 2 * sizeof(int16_t)) ||
        !ls_grow(&p->lines, 2 * (size_t)p->channels * p->pitch * sizeof(int16_t)))
        return false;
    plan_columns((axis){p->source_width, p->fit.full_width, is_area}, &p->fit, p->left.bytes, p->column_weights.bytes);
    plan_rows((axis){p->source_height, p->fit.full_height, is_area}, &p->fit, p->top.bytes, p->row_weights.bytes);
    p->columns = (ls_taps){.left = p->left.bytes, .weights = p->column_weights.bytes, .count = p->fit.width,
                           .wide_grey = wide_columns(p, p->left.bytes, 2),
                           .wide_rgb = wide_columns(p, p->left.bytes, 3), .last = p->source_width - 1};
    return true;
}

/// A stretched source row, made unless it is at hand: neighbours never share a place.
static const int16_t *stretched(ls_preprocessor *p, const ls_frame *frame, int y) {
    int row = y < 0 ? 0 : y >= frame->height ? frame->height - 1 : y;
    int16_t *line = (int16_t *)p->lines.bytes + (size_t)(row & 1) * (size_t)p->channels * p->pitch;
    if (p->held[row & 1] == row) return line;
    p->held[row & 1] = row;
    const uint8_t *pixels = ls_source_row(p, frame, row);
    if (p->channels == 1) p->kernels->stretch_grey(pixels, &p->columns, line, p->pitch);
    else p->kernels->stretch_rgb(pixels, &p->columns, line, p->pitch);
    return line;
}

void ls_run_taps(ls_preprocessor *p, const ls_frame *frame, float *tensor) {
    const int32_t *top = p->top.bytes;
    const int16_t *weights = p->row_weights.bytes;
    p->held[0] = p->held[1] = -1;
    for (int y = 0; y < p->fit.height; y++) {
        const int16_t *upper = stretched(p, frame, top[y]), *lower = stretched(p, frame, top[y] + 1);
        for (size_t channel = 0; channel < (size_t)p->channels; channel++)
            p->kernels->mix(upper + channel * p->pitch, lower + channel * p->pitch, weights[2 * y], weights[2 * y + 1],
                            (uint8_t *)p->levels.bytes + channel * p->pitch, p->fit.width);
        ls_emit(p, y, tensor);
    }
}
