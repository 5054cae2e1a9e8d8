// JPEG by libjpeg-turbo, PNG by libpng, BMP by ourselves: whole files to rows of bytes in the caller's memory.
// Pixels are what OpenCV's imread gives for the same file, bit for bit: EXIF orientation applied, alpha dropped,
// sixteen bits cut to eight. Damaged files are refused, where OpenCV would fill in grey.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#pragma clang assume_nonnull begin

enum { LS_IMAGE_SIDE_MAX = 16384, LS_IMAGE_PIXELS_MAX = 64 << 20 };
/// What a pixel is; the number is its bytes.
enum { LS_GREY8 = 1, LS_RGB8 = 3 };
enum { LS_JPEG = 1, LS_PNG, LS_BMP };

/// What a file says of itself before its pixels are read.
typedef struct {
    int32_t width, height; // as they lie in the file
    int32_t format;
    int32_t orientation; // EXIF's, 1 to 8; 5 to 8 exchange width and height
} ls_image_head;

/// What is kept from image to image: the JPEG decompressor, and the reason of the last refusal. One thread at a time.
typedef struct ls_decoder ls_decoder;
ls_decoder *_Nullable ls_decoder_make(void);
void ls_decoder_free(ls_decoder *decoder);
const char *ls_decoder_reason(const ls_decoder *decoder);

/// Reads the head and judges its size; allocates nothing.
bool ls_image_read_head(ls_decoder *decoder, const uint8_t *bytes, size_t count, ls_image_head *head);

/// Decodes into `pixels`, rows without gaps, width x height x `channels` bytes. `scratch` is as large, and needed only
/// when the orientation is not 1.
bool ls_image_decode(ls_decoder *decoder, const uint8_t *bytes, size_t count, const ls_image_head *head, int channels,
                     uint8_t *pixels, uint8_t *_Nullable scratch);

/// How many bytes a frame takes as BMP, and writes it: grey as 8 bits with a palette, RGB as 24 bits.
size_t ls_bitmap_bytes(int width, int height, int channels);
void ls_bitmap_write(const uint8_t *pixels, int width, int height, size_t stride, int channels, uint8_t *file);
#pragma clang assume_nonnull end
