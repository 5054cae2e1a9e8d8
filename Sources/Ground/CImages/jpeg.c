// JPEG: libjpeg-turbo's default decoding (exact integer IDCT, smooth chroma), which is also OpenCV's.
#include "formats.h"
#include <string.h>

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, APP1 = 0xe1, FILL = 0xff };

/// The orientation in the first EXIF segment before the scan. A segment is FF, its marker, and a length that counts
/// itself.
static int orientation(ls_file file) {
    size_t place = 2;
    while (place + 4 <= file.count && file.bytes[place] == 0xff) {
        int marker = file.bytes[place + 1];
        if (marker == FILL) {
            place++;
            continue;
        }
        if (marker == SOS || marker == EOI) break;
        const uint8_t *body = file.bytes + place + 4;
        size_t length = (size_t)file.bytes[place + 2] << 8 | file.bytes[place + 3];
        if (length < 2 || length > file.count - place - 2) break;
        if (marker == APP1 && length >= 8 && memcmp(body, "Exif\0\0", 6) == 0)
            return ls_exif_orientation(body + 6, length - 8);
        place += 2 + length;
    }
    return 1;
}

bool ls_jpeg_head(ls_decoder *decoder, ls_file file, ls_image_head *head) {
    int subsampling = 0, colours = 0;
    if (!decoder->jpeg) decoder->jpeg = tjInitDecompress();
    if (!decoder->jpeg) return ls_refuse(decoder, "there is no memory for a JPEG decoder");
    // An unusual subsampling is reported as a failure after the size is known; decoding copes with it.
    tjDecompressHeader3(decoder->jpeg, file.bytes, file.count, &head->width, &head->height, &subsampling, &colours);
    if (head->width <= 0 || head->height <= 0) {
        ls_refuse(decoder, "%s", tjGetErrorStr2(decoder->jpeg));
        // The library goes on in the middle of a head that broke off, even with the next file: it gets a fresh start.
        tjDestroy(decoder->jpeg);
        decoder->jpeg = NULL;
        return false;
    }
    if (colours == TJCS_CMYK || colours == TJCS_YCCK) return ls_refuse(decoder, "it is a CMYK JPEG, made for print");
    head->format = LS_JPEG;
    head->orientation = orientation(file);
    return true;
}

bool ls_jpeg_decode(ls_decoder *decoder, ls_file file, const ls_image_head *head, int channels, uint8_t *pixels) {
    int format = channels == LS_GREY8 ? TJPF_GRAY : TJPF_RGB;
    // A warning means that data are missing or damaged and that what is missing was painted grey. Nobody judges that.
    if (tjDecompress2(decoder->jpeg, file.bytes, file.count, pixels, head->width, head->width * channels, head->height,
                      format, TJFLAG_LIMITSCANS) == 0)
        return true;
    return ls_refuse(decoder, "%s", tjGetErrorStr2(decoder->jpeg));
}
