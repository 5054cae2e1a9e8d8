// The two libraries behind the door. Each fills the tray's `kind` and `source`, and lays frames on it from then on.
#pragma once
#include "tray.h"

bool ls_aravis_open(ls_tray *tray, const ls_camera_order *order, char *reason, size_t reason_bytes);
bool ls_gstreamer_open(ls_tray *tray, const ls_camera_order *order, char *reason, size_t reason_bytes);
