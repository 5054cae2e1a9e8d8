// The way of a frame: plan for its size, unless that is done; resize line by line; write each line as floats.
#include "preprocess.h"
#include "resize.h"
#include <stdlib.h>
#include <string.h>

enum { LINE_ALIGNMENT = 32 }; // in elements

bool ls_grow(ls_block *block, size_t bytes) {
    if (bytes <= block->capacity) return true;
    free(block->bytes);
    *block = (ls_block){.bytes = calloc(1, bytes)};
    if (block->bytes) block->capacity = bytes;
    return block->bytes != NULL;
}

ls_preprocessor *ls_preprocessor_make(const ls_preprocessing *wanted) {
    ls_preprocessor *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->wanted = *wanted;
    p->kernels = ls_kernels_for(wanted->instructions);
    for (int plane = 0; plane < wanted->channels; plane++)
        p->normalises |= wanted->mean[plane] != 0 || wanted->deviation[plane] != 1;
    return p;
}

void ls_preprocessor_free(ls_preprocessor *p) {
    ls_block *blocks[] = {
        &p->left, &p->column_weights, &p->top,         &p->row_weights,  &p->lines,      &p->levels,    &p->grey,
        &p->sums, &p->across.first,   &p->across.from, &p->across.share, &p->down.first, &p->down.from, &p->down.share,
        &p->mixed, &p->means,
    };
    for (size_t index = 0; index < sizeof blocks / sizeof *blocks; index++) free(blocks[index]->bytes);
    free(p);
}

static bool shrinks(const ls_preprocessor *p) {
    return ls_scale(p->source_width, p->fit.full_width) >= 1 && ls_scale(p->source_height, p->fit.full_height) >= 1;
}

static bool plan(ls_preprocessor *p, const ls_frame *frame) {
    p->source_width = frame->width;
    p->source_height = frame->height;
    p->source_channels = frame->channels;
    p->channels = p->wanted.channels < frame->channels ? p->wanted.channels : frame->channels;
    p->fit = ls_fit_picture(&p->wanted, frame->width, frame->height);
    p->pitch = ((size_t)p->fit.width + LINE_ALIGNMENT - 1) / LINE_ALIGNMENT * LINE_ALIGNMENT;
    p->method = LS_BY_TAPS;
    if (!ls_grow(&p->levels, p->pitch * (size_t)p->channels) || !ls_grow(&p->grey, (size_t)frame->width)) return false;
    return p->wanted.mode == LS_AREA && shrinks(p) ? ls_plan_area(p) : ls_plan_taps(p);
}

const uint8_t *ls_source_row(ls_preprocessor *p, const ls_frame *frame, int y) {
    const uint8_t *row = frame->pixels + (size_t)y * frame->stride;
    if (frame->channels == p->channels) return row;
    p->kernels->drop_colours(row, p->grey.bytes, frame->width);
    return p->grey.bytes;
}

static float *plane_row(const ls_preprocessor *p, float *tensor, int plane, int y) {
    return tensor + ((size_t)plane * (size_t)p->wanted.height + (size_t)y) * (size_t)p->wanted.width;
}

void ls_emit(ls_preprocessor *p, int line, float *tensor) {
    for (int plane = 0; plane < p->wanted.channels; plane++) {
        int channel = p->channels == 1 ? 0 : p->wanted.is_bgr ? 2 - plane : plane;
        const uint8_t *levels = (const uint8_t *)p->levels.bytes + (size_t)channel * p->pitch;
        float *to = plane_row(p, tensor, plane, p->fit.y + line) + p->fit.x;
        float mean = p->wanted.mean[plane], deviation = p->wanted.deviation[plane];
        if (p->normalises) p->kernels->normalise(levels, mean, deviation, to, p->fit.width);
        else p->kernels->divide(levels, to, p->fit.width);
    }
}

static void fill(float *to, int count, float value) {
    for (int x = 0; x < count; x++) to[x] = value;
}

/// Everything that the picture leaves free, each time: the tensor's memory may have held something else.
static void pad(const ls_preprocessor *p, float *tensor) {
    const ls_fit *fit = &p->fit;
    int width = p->wanted.width, right = fit->x + fit->width;
    for (int plane = 0; plane < p->wanted.channels; plane++) {
        float value = ((float)p->wanted.pad / 255.0f - p->wanted.mean[plane]) / p->wanted.deviation[plane];
        for (int y = 0; y < p->wanted.height; y++) {
            float *row = plane_row(p, tensor, plane, y);
            bool is_beside = y >= fit->y && y < fit->y + fit->height;
            fill(row, is_beside ? fit->x : width, value);
            if (is_beside) fill(row + right, width - right, value);
        }
    }
}

bool ls_preprocessor_run(ls_preprocessor *p, const ls_frame *frame, float *tensor) {
    bool is_planned = frame->width == p->source_width && frame->height == p->source_height &&
                      frame->channels == p->source_channels;
    if (!is_planned && !plan(p, frame)) {
        p->source_width = 0;
        return false;
    }
    if (p->wanted.mode == LS_LETTERBOX) pad(p, tensor);
    switch (p->method) {
    case LS_BY_CELLS: ls_run_cells(p, frame, tensor); break;
    case LS_BY_SHARES: ls_run_shares(p, frame, tensor); break;
    case LS_BY_TAPS: ls_run_taps(p, frame, tensor); break;
    }
    return true;
}
