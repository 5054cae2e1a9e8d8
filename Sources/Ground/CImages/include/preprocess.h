// A frame's pixels to a model's input in one pass: resize, divide by 255, normalise, channels first.
// The arithmetic is OpenCV's and numpy's, bit for bit, whatever instructions the processor has.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#pragma clang assume_nonnull begin

enum { LS_BILINEAR, LS_AREA, LS_LETTERBOX, LS_CENTRE_CROP };
enum { LS_PORTABLE, LS_SSE41, LS_AVX2 };

typedef struct {
    int32_t mode;
    int32_t width, height, channels; // of the tensor
    int32_t is_bgr;
    int32_t pad;          // the level around a letterbox, 0 to 255
    int32_t instructions; // the best that may be used
    float mean[3], deviation[3]; // by the tensor's planes; 0 and 1 leave values as they are
} ls_preprocessing;

typedef struct {
    const uint8_t *pixels;
    size_t stride;
    int32_t width, height, channels;
} ls_frame;

/// The tables for one size of source, and the lines in between; both stay as long as the size does. One thread at a
/// time.
typedef struct ls_preprocessor ls_preprocessor;
ls_preprocessor *_Nullable ls_preprocessor_make(const ls_preprocessing *wanted);
void ls_preprocessor_free(ls_preprocessor *preprocessor);
/// Fills channels x height x width floats; false when there is no memory for a new size of source.
bool ls_preprocessor_run(ls_preprocessor *preprocessor, const ls_frame *frame, float *tensor);
/// The best that this processor has.
int ls_instructions(void);
#pragma clang assume_nonnull end
