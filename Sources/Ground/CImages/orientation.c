// EXIF's orientation: where the camera's first row and column belong.
#include "formats.h"
#include <string.h>

enum { ORIENTATION_TAG = 0x0112, ENTRY_BYTES = 12 };

static unsigned two(const uint8_t *from, bool is_little) {
    return is_little ? from[0] | (unsigned)from[1] << 8 : (unsigned)from[0] << 8 | from[1];
}

static uint32_t four(const uint8_t *from, bool is_little) {
    return is_little ? two(from, true) | (uint32_t)two(from + 2, true) << 16
                     : (uint32_t)two(from, false) << 16 | two(from + 2, false);
}

int ls_exif_orientation(const uint8_t *bytes, size_t count) {
    if (count < 8) return 1;
    bool is_little = memcmp(bytes, "II", 2) == 0;
    if (!is_little && memcmp(bytes, "MM", 2) != 0) return 1;
    size_t place = four(bytes + 4, is_little);
    if (place > count || count - place < 2) return 1;
    unsigned entries = two(bytes + place, is_little);
    place += 2;
    for (; entries > 0 && count - place >= ENTRY_BYTES; entries--, place += ENTRY_BYTES) {
        if (two(bytes + place, is_little) != ORIENTATION_TAG) continue;
        unsigned value = two(bytes + place + 8, is_little);
        return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

void ls_image_turn(const uint8_t *from, const ls_image_head *head, int channels, uint8_t *to) {
    // Where the upright picture's first pixel lies, and how far one step right and one step down go.
    ptrdiff_t pixel = channels, row = (ptrdiff_t)head->width * channels;
    ptrdiff_t last_x = (head->width - 1) * pixel, last_y = (head->height - 1) * row;
    struct { ptrdiff_t start, right, down; } walks[9] = {
        [1] = {0, pixel, row},
        [2] = {last_x, -pixel, row},
        [3] = {last_x + last_y, -pixel, -row},
        [4] = {last_y, pixel, -row},
        [5] = {0, row, pixel},
        [6] = {last_y, -row, pixel},
        [7] = {last_x + last_y, -row, -pixel},
        [8] = {last_x, row, -pixel},
    };
    bool is_lying = head->orientation >= 5;
    int width = is_lying ? head->height : head->width, height = is_lying ? head->width : head->height;
    for (int y = 0; y < height; y++) {
        const uint8_t *place = from + walks[head->orientation].start + y * walks[head->orientation].down;
        for (int x = 0; x < width; x++, place += walks[head->orientation].right, to += channels)
            for (int channel = 0; channel < channels; channel++) to[channel] = place[channel];
    }
}
