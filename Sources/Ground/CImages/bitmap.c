// BMP without compression: 8 bits through a palette, 24 and 32 bits; and a writer for raw frames.
#include "formats.h"
#include <string.h>

enum { FILE_HEADER = 14, INFO_HEADER = 40, PALETTE_COLOURS = 256, PALETTE_BYTES = PALETTE_COLOURS * 4 };
enum { UNCOMPRESSED = 0, BIT_FIELDS = 3 };

typedef struct {
    int bits;
    bool is_top_down;
    size_t start, stride; // of the rows
    const uint8_t *palette;
    int colours;
} layout;

static uint32_t word(const uint8_t *from) {
    return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static void put(uint8_t *to, uint32_t value) {
    for (int byte = 0; byte < 4; byte++) to[byte] = (uint8_t)(value >> (8 * byte));
}

static size_t row_bytes(int width, int bits) { return ((size_t)width * (size_t)bits + 31) / 32 * 4; }

/// Bit fields are read only where they say what 32 bits say anyway: blue, green, red, and something.
static bool is_plain(const uint8_t *bytes, size_t count, int bits, uint32_t compression) {
    if (compression == UNCOMPRESSED) return bits == 8 || bits == 24 || bits == 32;
    if (compression != BIT_FIELDS || bits != 32 || count < FILE_HEADER + INFO_HEADER + 12) return false;
    const uint8_t *masks = bytes + FILE_HEADER + INFO_HEADER;
    return word(masks) == 0xff0000 && word(masks + 4) == 0xff00 && word(masks + 8) == 0xff;
}

static bool read_layout(ls_decoder *decoder, ls_file file, ls_image_head *head, layout *out) {
    const uint8_t *bytes = file.bytes;
    if (file.count < FILE_HEADER + INFO_HEADER) return ls_refuse(decoder, "it ends within the BMP header");
    uint32_t header = word(bytes + 14);
    if (header < INFO_HEADER || header > 1 << 16) return ls_refuse(decoder, "it has an unknown BMP header");
    int32_t height = (int32_t)word(bytes + 22);
    head->width = (int32_t)word(bytes + 18);
    head->height = height == INT32_MIN ? INT32_MAX : height < 0 ? -height : height;
    head->format = LS_BMP;
    out->is_top_down = height < 0;
    out->bits = bytes[28] | bytes[29] << 8;
    if (!is_plain(bytes, file.count, out->bits, word(bytes + 30)))
        return ls_refuse(decoder, "it is a BMP of %d bits, compression %u; only plain 8, 24 and 32 bits are read",
                         out->bits, word(bytes + 30));
    uint32_t colours = word(bytes + 46);
    out->colours = out->bits > 8 ? 0 : colours == 0 ? PALETTE_COLOURS : (int)(colours & 0xffff);
    if (out->bits == 8 && colours > PALETTE_COLOURS) return ls_refuse(decoder, "its palette has %u colours", colours);
    out->palette = bytes + FILE_HEADER + header;
    out->start = word(bytes + 10);
    if (FILE_HEADER + (size_t)header + (size_t)out->colours * 4 > file.count)
        return ls_refuse(decoder, "it ends within its palette");
    return true;
}

bool ls_bitmap_head(ls_decoder *decoder, ls_file file, ls_image_head *head) {
    layout ignored;
    return read_layout(decoder, file, head, &ignored);
}

/// OpenCV's grey of a decoded colour: 14 bits, the remainder for blue.
static uint8_t grey(const uint8_t *bgr) {
    enum { RED = 4899, GREEN = 9617, BLUE = (1 << 14) - RED - GREEN };
    return (uint8_t)((bgr[0] * BLUE + bgr[1] * GREEN + bgr[2] * RED + (1 << 13)) >> 14);
}

static void read_palette(const layout *from, int channels, uint8_t colours[PALETTE_COLOURS][3]) {
    memset(colours, 0, PALETTE_COLOURS * 3);
    for (int index = 0; index < from->colours; index++) {
        const uint8_t *bgr = from->palette + index * 4;
        if (channels == LS_GREY8) colours[index][0] = grey(bgr);
        else for (int channel = 0; channel < 3; channel++) colours[index][channel] = bgr[2 - channel];
    }
}

static void read_indexed(const uint8_t *row, int width, int channels, uint8_t colours[][3], uint8_t *to) {
    if (channels == LS_GREY8)
        for (int x = 0; x < width; x++) to[x] = colours[row[x]][0];
    else
        for (int x = 0; x < width; x++) memcpy(to + x * 3, colours[row[x]], 3);
}

static void read_direct(const uint8_t *row, int width, int channels, int bytes, uint8_t *to) {
    for (int x = 0; x < width; x++, row += bytes) {
        if (channels == LS_GREY8) {
            to[x] = grey(row);
        } else {
            to[x * 3] = row[2];
            to[x * 3 + 1] = row[1];
            to[x * 3 + 2] = row[0];
        }
    }
}

bool ls_bitmap_decode(ls_decoder *decoder, ls_file file, const ls_image_head *head, int channels, uint8_t *pixels) {
    layout from;
    ls_image_head again;
    uint8_t colours[PALETTE_COLOURS][3];
    if (!read_layout(decoder, file, &again, &from)) return false;
    from.stride = row_bytes(head->width, from.bits);
    if (from.start > file.count || from.stride * (size_t)head->height > file.count - from.start)
        return ls_refuse(decoder, "it ends before the picture does");
    if (from.bits == 8) read_palette(&from, channels, colours);
    for (int y = 0; y < head->height; y++) {
        int place = from.is_top_down ? y : head->height - 1 - y;
        const uint8_t *row = file.bytes + from.start + (size_t)place * from.stride;
        uint8_t *to = pixels + (size_t)y * (size_t)head->width * (size_t)channels;
        if (from.bits == 8) read_indexed(row, head->width, channels, colours, to);
        else read_direct(row, head->width, channels, from.bits / 8, to);
    }
    return true;
}

static size_t rows_start(int channels) {
    return FILE_HEADER + INFO_HEADER + (channels == LS_GREY8 ? PALETTE_BYTES : 0);
}

size_t ls_bitmap_bytes(int width, int height, int channels) {
    return rows_start(channels) + row_bytes(width, channels * 8) * (size_t)height;
}

static void write_headers(int width, int height, int channels, uint8_t *file) {
    memset(file, 0, rows_start(channels));
    file[0] = 'B';
    file[1] = 'M';
    put(file + 2, (uint32_t)ls_bitmap_bytes(width, height, channels));
    put(file + 10, (uint32_t)rows_start(channels));
    put(file + 14, INFO_HEADER);
    put(file + 18, (uint32_t)width);
    put(file + 22, (uint32_t)height);
    file[26] = 1;
    file[28] = (uint8_t)(channels * 8);
    put(file + 34, (uint32_t)(row_bytes(width, channels * 8) * (size_t)height));
    if (channels != LS_GREY8) return;
    put(file + 46, PALETTE_COLOURS);
    for (uint32_t level = 0; level < PALETTE_COLOURS; level++)
        put(file + FILE_HEADER + INFO_HEADER + level * 4, level * 0x010101);
}

void ls_bitmap_write(const uint8_t *pixels, int width, int height, size_t stride, int channels, uint8_t *file) {
    size_t used = (size_t)width * (size_t)channels, row = row_bytes(width, channels * 8);
    write_headers(width, height, channels, file);
    for (int y = 0; y < height; y++) {
        const uint8_t *from = pixels + (size_t)y * stride;
        uint8_t *to = file + rows_start(channels) + (size_t)(height - 1 - y) * row;
        if (channels == LS_GREY8) memcpy(to, from, used);
        else read_direct(from, width, LS_RGB8, 3, to); // exchanging red and blue is its own inverse
        memset(to + used, 0, row - used);
    }
}
