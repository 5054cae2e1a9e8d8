#include "page.h"

static const unsigned char station[] = {
#embed "station.html"
};

static const unsigned char node[] = {
#embed "node.html"
};

const unsigned char *ls_station_page(size_t *count) {
    *count = sizeof station;
    return station;
}

const unsigned char *ls_node_page(size_t *count) {
    *count = sizeof node;
    return node;
}
