#include "page.h"

static const unsigned char station[] = {
#embed "station.html"
};

const unsigned char *ls_station_page(size_t *count) {
    *count = sizeof station;
    return station;
}
