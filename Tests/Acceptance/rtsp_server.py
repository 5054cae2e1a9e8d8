#!/usr/bin/python3
"""Serves test pictures over RTSP on 127.0.0.1, and prints the port.

    rtsp_server.py [--port PORT] [--password]

A free port, if none is named. --password lets in anna with s"e@cret alone. It serves

    /live     H.264, 640 x 360, 25 frames a second
    /jpeg     JPEG, 320 x 240
"""

import argparse

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

H264 = (
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=25/1"
    " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 bitrate=1000"
    " ! rtph264pay name=pay0 pt=96 config-interval=1 )"
)
JPEG = (
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=240,framerate=25/1"
    " ! jpegenc ! rtpjpegpay name=pay0 pt=26 )"
)


def mount(server, path, launch):
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(launch)
    factory.set_shared(True)
    permissions = GstRtspServer.RTSPPermissions()
    for right in ("media.factory.access", "media.factory.construct"):
        permissions.add_permission_for_role("anna", right, True)
    factory.set_permissions(permissions)
    server.get_mount_points().add_factory(path, factory)


def ask_for_password(server):
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "anna")
    auth = GstRtspServer.RTSPAuth()
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic("anna", 's"e@cret'), token)
    server.set_auth(auth)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", default="0")
    parser.add_argument("--password", action="store_true")
    options = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer(address="127.0.0.1", service=options.port)
    if options.password:
        ask_for_password(server)
    mount(server, "/live", H264)
    mount(server, "/jpeg", JPEG)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


main()
