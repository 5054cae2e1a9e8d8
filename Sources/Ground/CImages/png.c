// PNG by libpng, with the transformations that OpenCV asks it for. libpng's long jumps stay in here.
#include "formats.h"
#include <png.h>
#include <string.h>

enum { SIGNATURE_BYTES = 8, CHUNK_OVERHEAD = 12 };

typedef struct {
    ls_decoder *decoder;
    ls_file file;
    size_t place;
} reader;

static void fail(png_structp png, png_const_charp message) {
    ls_refuse(((reader *)png_get_error_ptr(png))->decoder, "%s", message);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void take(png_structp png, png_bytep to, size_t count) {
    reader *from = png_get_io_ptr(png);
    if (count > from->file.count - from->place) png_error(png, "it ends before the picture does");
    memcpy(to, from->file.bytes + from->place, count);
    from->place += count;
}

/// The orientation in the eXIf chunk, wherever it stands. A chunk is length, name, data and a checksum.
static int orientation(ls_file file) {
    size_t place = SIGNATURE_BYTES;
    while (file.count - place >= CHUNK_OVERHEAD) {
        const uint8_t *chunk = file.bytes + place;
        size_t length = png_get_uint_32(chunk);
        if (length > file.count - place - CHUNK_OVERHEAD) break;
        if (memcmp(chunk + 4, "eXIf", 4) == 0) return ls_exif_orientation(chunk + 8, length);
        place += CHUNK_OVERHEAD + length;
    }
    return 1;
}

bool ls_png_head(ls_decoder *decoder, ls_file file, ls_image_head *head) {
    if (file.count < SIGNATURE_BYTES + CHUNK_OVERHEAD + 13 || memcmp(file.bytes + 12, "IHDR", 4) != 0)
        return ls_refuse(decoder, "it has no PNG header");
    uint32_t width = png_get_uint_32(file.bytes + 16), height = png_get_uint_32(file.bytes + 20);
    head->width = width > INT32_MAX ? INT32_MAX : (int32_t)width;
    head->height = height > INT32_MAX ? INT32_MAX : (int32_t)height;
    head->format = LS_PNG;
    head->orientation = orientation(file);
    return true;
}

/// Whatever the file holds, to `channels` bytes a pixel.
static void transform(png_structp png, png_infop info, int channels) {
    int colours = png_get_color_type(png, info);
    png_set_strip_16(png);
    png_set_strip_alpha(png);
    if (colours == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
    if (!(colours & PNG_COLOR_MASK_COLOR)) png_set_expand_gray_1_2_4_to_8(png);
    if (channels == LS_GREY8) png_set_rgb_to_gray(png, PNG_ERROR_ACTION_NONE, 0.299, 0.587);
    else if (!(colours & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
}

static void read_rows(png_structp png, png_infop info, const ls_image_head *head, int channels, uint8_t *pixels) {
    size_t stride = (size_t)head->width * (size_t)channels;
    png_set_user_limits(png, LS_IMAGE_SIDE_MAX, LS_IMAGE_SIDE_MAX);
    png_read_info(png, info);
    transform(png, info, channels);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_rowbytes(png, info) != stride) png_error(png, "its pixels are of an unknown kind");
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < head->height; y++) png_read_row(png, pixels + (size_t)y * stride, NULL);
    png_read_end(png, NULL);
}

bool ls_png_decode(ls_decoder *decoder, ls_file file, const ls_image_head *head, int channels, uint8_t *pixels) {
    reader from = {decoder, file, 0};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &from, fail, ignore);
    if (!png) return ls_refuse(decoder, "there is no memory for a PNG decoder");
    png_infop info = png_create_info_struct(png);
    volatile bool is_read = false;
    if (info && setjmp(png_jmpbuf(png)) == 0) {
        png_set_read_fn(png, &from, take);
        read_rows(png, info, head, channels, pixels);
        is_read = true;
    }
    png_destroy_read_struct(&png, &info, NULL);
    return is_read;
}
