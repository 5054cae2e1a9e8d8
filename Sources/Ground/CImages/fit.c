// Where a picture goes in a tensor of another shape.
#include "resize.h"

/// n / d to the nearest whole number, halves to the even one: Python's round(n / d).
static int rounded(int64_t n, int64_t d) {
    int64_t whole = n / d, rest = n % d;
    return (int)(whole + (2 * rest > d || (2 * rest == d && whole % 2 == 1)));
}

static int at_least(int least, int value) { return value > least ? value : least; }

/// Whether a picture is wider than the tensor by its shape.
static bool is_wider(int wide, int high, int width, int height) {
    return (int64_t)width * high >= (int64_t)height * wide;
}

/// The whole picture, its longer side (by the tensor's shape) filling the tensor, in the middle; an odd rest goes to
/// the right and below.
static ls_fit letterbox(int wide, int high, int width, int height) {
    ls_fit fit = {.full_width = wide, .full_height = high};
    if (is_wider(wide, high, width, height)) fit.full_height = at_least(1, rounded((int64_t)height * wide, width));
    else fit.full_width = at_least(1, rounded((int64_t)width * high, height));
    fit.width = fit.full_width;
    fit.height = fit.full_height;
    fit.x = (wide - fit.width) / 2;
    fit.y = (high - fit.height) / 2;
    return fit;
}

/// The middle of the picture, its shorter side filling the tensor; an odd rest is cut off on the right and below.
static ls_fit centre_crop(int wide, int high, int width, int height) {
    ls_fit fit = {.full_width = wide, .full_height = high, .width = wide, .height = high};
    if (is_wider(wide, high, width, height)) fit.full_width = at_least(wide, rounded((int64_t)width * high, height));
    else fit.full_height = at_least(high, rounded((int64_t)height * wide, width));
    fit.skip_x = (fit.full_width - wide) / 2;
    fit.skip_y = (fit.full_height - high) / 2;
    return fit;
}

ls_fit ls_fit_picture(const ls_preprocessing *wanted, int width, int height) {
    int wide = wanted->width, high = wanted->height;
    switch (wanted->mode) {
    case LS_LETTERBOX: return letterbox(wide, high, width, height);
    case LS_CENTRE_CROP: return centre_crop(wide, high, width, height);
    default: return (ls_fit){.full_width = wide, .full_height = high, .width = wide, .height = high};
    }
}
