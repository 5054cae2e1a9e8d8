// Aravis's functions that we use, found when the first GigE camera is opened.
#pragma once
#include <arv.h>
#include <stdbool.h>

#define LS_ARAVIS_FUNCTIONS(X)                                                                                             \
    X(arv_disable_interface) X(arv_update_device_list) X(arv_get_n_devices) X(arv_get_device_id)                           \
    X(arv_get_device_serial_nbr) X(arv_camera_new) X(arv_camera_get_device) X(arv_camera_is_gv_device)                     \
    X(arv_camera_get_vendor_name) X(arv_camera_get_model_name) X(arv_camera_get_device_serial_number)                      \
    X(arv_camera_get_pixel_format) X(arv_camera_get_pixel_format_as_string) X(arv_camera_set_pixel_format_from_string)     \
    X(arv_camera_get_region) X(arv_camera_set_region)                                                                       \
    X(arv_camera_set_exposure_time) X(arv_camera_set_exposure_time_auto) X(arv_camera_is_exposure_auto_available)          \
    X(arv_camera_set_gain) X(arv_camera_set_gain_auto) X(arv_camera_is_gain_auto_available) X(arv_camera_set_frame_rate)   \
    X(arv_camera_set_trigger) X(arv_camera_software_trigger) X(arv_camera_set_acquisition_mode)                            \
    X(arv_camera_gv_set_packet_size) X(arv_camera_gv_set_stream_options) X(arv_camera_get_payload)                         \
    X(arv_camera_create_stream) X(arv_camera_start_acquisition) X(arv_camera_stop_acquisition)                             \
    X(arv_gv_device_is_controller) X(arv_gv_device_get_device_address)                                                     \
    X(arv_stream_push_buffer) X(arv_stream_try_pop_buffer) X(arv_stream_set_emit_signals)                                  \
    X(arv_buffer_new_allocate) X(arv_buffer_get_status) X(arv_buffer_get_frame_id) X(arv_buffer_get_timestamp)             \
    X(arv_buffer_get_n_parts) X(arv_buffer_get_part_data) X(arv_buffer_get_part_pixel_format)                              \
    X(arv_buffer_get_part_region) X(arv_buffer_get_part_padding)                                                           \
    X(g_object_set) X(g_object_unref) X(g_signal_connect_data) X(g_signal_handlers_disconnect_matched) X(g_clear_error)    \
    X(g_inet_socket_address_get_address) X(g_inet_address_get_is_loopback)

#include "shelf.h"
typedef struct { LS_ARAVIS_FUNCTIONS(LS_SHELF_MEMBER) } ls_aravis;

/// Null, with the reason, when the library is not there.
const ls_aravis *ls_aravis_library(char *reason, size_t reason_bytes);
