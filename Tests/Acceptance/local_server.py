"""An HTTP server on loopback, for as long as a block runs."""

import threading
from http.server import ThreadingHTTPServer


class LocalServer(ThreadingHTTPServer):
    """Begins to serve at once, with a handler of its own for each request."""

    daemon_threads = True

    def __init__(self, door, port=0):
        super().__init__(("127.0.0.1", port), door)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
