#include "images.h"
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

static int too_large(ls_image *out) {
    if (out->width > 0 && out->height > 0 && out->width <= LS_IMAGE_SIDE_MAX && out->height <= LS_IMAGE_SIDE_MAX &&
        (size_t)out->width * (size_t)out->height <= LS_IMAGE_PIXELS_MAX)
        return 0;
    snprintf(out->reason, sizeof out->reason, "the image is %d x %d pixels, which is out of bounds", out->width, out->height);
    return 1;
}

static void jpeg(const uint8_t *bytes, size_t count, ls_image *out) {
    int subsampling, colorspace;
    tjhandle decoder = tjInitDecompress();
    if (!decoder) return;
    if (tjDecompressHeader3(decoder, bytes, count, &out->width, &out->height, &subsampling, &colorspace) == 0 && !too_large(out)) {
        out->pixels = malloc((size_t)out->width * (size_t)out->height * 3);
        if (out->pixels && tjDecompress2(decoder, bytes, count, out->pixels, out->width, 0, out->height, TJPF_RGB, 0) != 0 &&
            tjGetErrorCode(decoder) != TJERR_WARNING) {
            free(out->pixels);
            out->pixels = NULL;
        }
    }
    if (!out->pixels && !out->reason[0]) snprintf(out->reason, sizeof out->reason, "%s", tjGetErrorStr2(decoder));
    tjDestroy(decoder);
}

static void png(const uint8_t *bytes, size_t count, ls_image *out) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_memory(&image, bytes, count)) {
        snprintf(out->reason, sizeof out->reason, "%s", image.message);
        return;
    }
    out->width = (int)image.width;
    out->height = (int)image.height;
    // Sixteen bits are values like eight, not linear light; alpha is dropped, not laid over some background.
    image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    image.format = PNG_FORMAT_RGBA;
    if (!too_large(out)) {
        out->pixels = malloc(PNG_IMAGE_SIZE(image));
        if (out->pixels && !png_image_finish_read(&image, NULL, out->pixels, 0, NULL)) {
            snprintf(out->reason, sizeof out->reason, "%s", image.message);
            free(out->pixels);
            out->pixels = NULL;
        }
        size_t count_px = (size_t)out->width * (size_t)out->height;
        for (size_t i = 0; out->pixels && i < count_px; i++) memmove(out->pixels + i * 3, out->pixels + i * 4, 3);
    }
    png_image_free(&image);
}

void ls_image_decode(const uint8_t *bytes, size_t count, ls_image *out) {
    memset(out, 0, sizeof *out);
    if (count >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8) jpeg(bytes, count, out);
    else if (count >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0) png(bytes, count, out);
    else snprintf(out->reason, sizeof out->reason, "neither JPEG nor PNG");
}
