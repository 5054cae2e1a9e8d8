// JPEG by libjpeg-turbo and PNG by libpng, whole files to RGB bytes; their long jumps and macros stay in here.
#pragma once
#include <stddef.h>
#include <stdint.h>
#pragma clang assume_nonnull begin

typedef struct { int width, height; uint8_t *_Nullable pixels; char reason[200]; } ls_image;
enum { LS_IMAGE_SIDE_MAX = 32768, LS_IMAGE_PIXELS_MAX = 256 << 20 };

/// Decodes to malloc'ed RGB rows; `pixels` stays null and `reason` says why when the file is not an image.
void ls_image_decode(const uint8_t *bytes, size_t count, ls_image *out);
#pragma clang assume_nonnull end
