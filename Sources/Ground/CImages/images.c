// Which format a file has, and what every format must keep to.
#include "formats.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ls_decoder *ls_decoder_make(void) { return calloc(1, sizeof(ls_decoder)); }

void ls_decoder_free(ls_decoder *decoder) {
    if (decoder->jpeg) tjDestroy(decoder->jpeg);
    free(decoder);
}

const char *ls_decoder_reason(const ls_decoder *decoder) { return decoder->reason; }

bool ls_refuse(ls_decoder *decoder, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(decoder->reason, sizeof decoder->reason, format, arguments);
    va_end(arguments);
    return false;
}

static bool begins(ls_file file, const char *signature, size_t length) {
    return file.count >= length && memcmp(file.bytes, signature, length) == 0;
}

static bool read_head(ls_decoder *decoder, ls_file file, ls_image_head *head) {
    if (file.count == 0) return ls_refuse(decoder, "it is empty");
    if (begins(file, "\xff\xd8\xff", 3)) return ls_jpeg_head(decoder, file, head);
    if (begins(file, "\x89PNG\r\n\x1a\n", 8)) return ls_png_head(decoder, file, head);
    if (begins(file, "BM", 2)) return ls_bitmap_head(decoder, file, head);
    return ls_refuse(decoder, "it is neither JPEG nor PNG nor BMP");
}

bool ls_image_read_head(ls_decoder *decoder, const uint8_t *bytes, size_t count, ls_image_head *head) {
    *head = (ls_image_head){.orientation = 1};
    if (!read_head(decoder, (ls_file){bytes, count}, head)) return false;
    if (head->width > 0 && head->height > 0 && head->width <= LS_IMAGE_SIDE_MAX && head->height <= LS_IMAGE_SIDE_MAX &&
        (int64_t)head->width * head->height <= LS_IMAGE_PIXELS_MAX)
        return true;
    return ls_refuse(decoder, "it declares %d x %d pixels; sides are 1 to %d, and pixels at most %d million",
                     head->width, head->height, LS_IMAGE_SIDE_MAX, LS_IMAGE_PIXELS_MAX / 1000000);
}

static bool decode(ls_decoder *decoder, ls_file file, const ls_image_head *head, int channels, uint8_t *pixels) {
    switch (head->format) {
    case LS_JPEG: return ls_jpeg_decode(decoder, file, head, channels, pixels);
    case LS_PNG: return ls_png_decode(decoder, file, head, channels, pixels);
    default: return ls_bitmap_decode(decoder, file, head, channels, pixels);
    }
}

bool ls_image_decode(ls_decoder *decoder, const uint8_t *bytes, size_t count, const ls_image_head *head, int channels,
                     uint8_t *pixels, uint8_t *scratch) {
    ls_file file = {bytes, count};
    if (head->orientation == 1) return decode(decoder, file, head, channels, pixels);
    if (!scratch || !decode(decoder, file, head, channels, scratch)) return false;
    ls_image_turn(scratch, head, channels, pixels);
    return true;
}
