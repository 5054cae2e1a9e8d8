// What the readers of the three formats share.
#pragma once
#include "images.h"
#include <turbojpeg.h>

struct ls_decoder {
    tjhandle jpeg; // made for the first JPEG, kept for all
    char reason[200];
};

typedef struct {
    const uint8_t *bytes;
    size_t count;
} ls_file;

/// Notes why not; gives false, so that a reader can return it.
__attribute__((format(printf, 2, 3))) bool ls_refuse(ls_decoder *decoder, const char *format, ...);

bool ls_jpeg_head(ls_decoder *decoder, ls_file file, ls_image_head *head);
bool ls_jpeg_decode(ls_decoder *decoder, ls_file file, const ls_image_head *head, int channels, uint8_t *pixels);
bool ls_png_head(ls_decoder *decoder, ls_file file, ls_image_head *head);
bool ls_png_decode(ls_decoder *decoder, ls_file file, const ls_image_head *head, int channels, uint8_t *pixels);
bool ls_bitmap_head(ls_decoder *decoder, ls_file file, ls_image_head *head);
bool ls_bitmap_decode(ls_decoder *decoder, ls_file file, const ls_image_head *head, int channels, uint8_t *pixels);

/// EXIF's orientation in a TIFF block, 1 when there is none.
int ls_exif_orientation(const uint8_t *bytes, size_t count);
/// Lays `from` upright, as its orientation asks for.
void ls_image_turn(const uint8_t *from, const ls_image_head *head, int channels, uint8_t *to);
