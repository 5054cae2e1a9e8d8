// What the resizing methods share: where the picture goes, the tables for one size of source, and the lines between.
#pragma once
#include "kernels.h"
#include "preprocess.h"

/// The picture is resized to `full_*` (never as a whole: only what is used), and a window of it, from column `skip_x`
/// and row `skip_y` on, lands in the tensor at (x, y).
typedef struct {
    int full_width, full_height;
    int skip_x, skip_y;
    int x, y, width, height;
} ls_fit;

ls_fit ls_fit_picture(const ls_preprocessing *wanted, int width, int height);

/// Memory that only grows.
typedef struct {
    void *bytes;
    size_t capacity;
} ls_block;
bool ls_grow(ls_block *block, size_t bytes);

/// By taps: each target pixel is a mix of two source pixels either way. By cells: the mean of a whole number of pixels.
/// By shares: the mean of pixels that may lie in two cells.
typedef enum { LS_BY_TAPS, LS_BY_CELLS, LS_BY_SHARES } ls_method;

/// Which source pixels have a share in the cells of one axis: those of cell i are `first[i]` up to `first[i + 1]`.
typedef struct {
    ls_block first, from, share;
} ls_shares;

struct ls_preprocessor {
    ls_preprocessing wanted;
    const ls_kernels *kernels;
    bool normalises;

    // The source that everything below was made for.
    int source_width, source_height, source_channels;
    ls_fit fit;
    ls_method method;
    int channels; // that are resized: 1 when source or tensor is grey
    size_t pitch; // from one channel's line to the next, in elements

    ls_taps columns;
    ls_block left, column_weights; // what `columns` points into
    ls_block top, row_weights;
    ls_block lines;   // stretched source rows, an even and an odd one
    int held[2];      // which source rows those are
    ls_block levels;  // one finished line, by channels, 0 to 255
    ls_block grey;    // one source row without its colours
    int cell_width, cell_height;
    ls_block sums;
    ls_shares across, down;
    ls_block mixed;   // one source row by shares
    ls_block means;
};

/// A source row with as many channels as are resized.
const uint8_t *ls_source_row(ls_preprocessor *preprocessor, const ls_frame *frame, int y);
/// Writes the finished levels of one line into the tensor.
void ls_emit(ls_preprocessor *preprocessor, int line, float *tensor);

bool ls_plan_taps(ls_preprocessor *preprocessor);
bool ls_plan_area(ls_preprocessor *preprocessor);
void ls_run_taps(ls_preprocessor *preprocessor, const ls_frame *frame, float *tensor);
void ls_run_cells(ls_preprocessor *preprocessor, const ls_frame *frame, float *tensor);
void ls_run_shares(ls_preprocessor *preprocessor, const ls_frame *frame, float *tensor);

/// How many source pixels one target pixel spans, in the two divisions that OpenCV makes of it.
static inline double ls_scale(int source, int target) { return 1.0 / ((double)target / source); }
