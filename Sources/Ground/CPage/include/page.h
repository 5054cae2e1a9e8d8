// Pages that are part of the program.
#pragma once
#include <stddef.h>

#pragma clang assume_nonnull begin
/// The station's page: HTML, and how many bytes.
const unsigned char *ls_station_page(size_t *count);
/// The node's page.
const unsigned char *ls_node_page(size_t *count);
#pragma clang assume_nonnull end
