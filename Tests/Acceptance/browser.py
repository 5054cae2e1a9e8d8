"""A headless Chromium, spoken to over its DevTools pipe: no driver, no port, nothing but the standard library."""

import base64
import fcntl
import itertools
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--force-device-scale-factor=1",
)
KEYS = {
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    " ": 32,
    "PageUp": 33,
    "PageDown": 34,
    "End": 35,
    "Home": 36,
    "ArrowUp": 38,
    "ArrowDown": 40,
}


def find_chromium():
    """The path of the browser, or None; CHROMIUM names another one."""
    names = (os.environ["CHROMIUM"],) if "CHROMIUM" in os.environ else NAMES
    return next((path for path in map(shutil.which, names) if path), None)


class Browser:
    """One process; `open` gives a page in a fresh profile of its own."""

    def __init__(self, path):
        self.profile = tempfile.TemporaryDirectory(prefix="lineside-browser-", ignore_cleanup_errors=True)
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (to_read, to_write)]  # out of the way of 3 and 4
        command = [path, *FLAGS, f"--user-data-dir={self.profile.name}", "about:blank"]
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses to run as root with its sandbox
        shell = ["bash", "-c", f'exec "$@" 3<&{ends[0]} 4>&{ends[1]}', "bash", *command]
        self.process = subprocess.Popen(shell, pass_fds=ends, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for end in (to_read, to_write, *ends):
            os.close(end)
        self.numbers = itertools.count(1)
        self.answers = {}
        self.listeners = {}
        self.lock = threading.Lock()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        with os.fdopen(self.back, "rb", buffering=0) as pipe:
            waiting = b""
            while chunk := pipe.read(1 << 16):
                *messages, waiting = (waiting + chunk).split(b"\0")
                for message in messages:
                    self.hear(json.loads(message))

    def hear(self, message):
        if "id" in message:
            self.answers.pop(message["id"]).put(message)
        elif listener := self.listeners.get(message.get("sessionId")):
            listener(message["method"], message["params"])

    def call(self, method, session=None, seconds=30, **params):
        answer = queue.Queue()
        message = {"id": next(self.numbers), "method": method, "params": params}
        if session:
            message["sessionId"] = session
        self.answers[message["id"]] = answer
        with self.lock:
            os.write(self.to, json.dumps(message).encode() + b"\0")
        said = answer.get(timeout=seconds)
        if "error" in said:
            raise RuntimeError(f"{method}: {said['error']['message']}")
        return said["result"]

    def open(self, url, **options):
        return Page(self, url, **options)

    def close(self):
        try:
            self.call("Browser.close", seconds=5)
            self.process.wait(10)
        except Exception:  # it is ended either way
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        self.profile.cleanup()


class Page:
    """One tab. `complaints`: what it logged as a warning or an error, exceptions and policy breaches included."""

    def __init__(self, browser, url, width=1920, height=1080, **media):
        self.browser = browser
        self.complaints = []
        self.context = browser.call("Target.createBrowserContext")["browserContextId"]
        target = browser.call("Target.createTarget", url="about:blank", browserContextId=self.context)["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.listeners[self.session] = self.hear
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.resize(width, height)
        self.media(**media)
        self.go(url)

    def call(self, method, **params):
        return self.browser.call(method, session=self.session, **params)

    def hear(self, method, params):
        if method == "Runtime.exceptionThrown":
            self.complaints.append(params["exceptionDetails"].get("exception", {}).get("description", "exception"))
        if method == "Log.entryAdded" and params["entry"]["level"] in ("warning", "error"):
            self.complaints.append(params["entry"]["text"])

    def go(self, url):
        self.url = url
        self.call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def reload(self):
        self.js("document.documentElement.dataset.before = 1")
        self.call("Page.reload")
        self.wait("document.readyState === 'complete' && !document.documentElement.dataset.before")

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def media(self, scheme="light", motion="no-preference"):
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": motion},
        ]
        self.call("Emulation.setEmulatedMedia", features=features)

    def js(self, expression):
        """The value of a JavaScript expression; a promise is waited for."""
        said = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in said:
            raise RuntimeError(said["exceptionDetails"]["exception"].get("description", expression))
        return said["result"].get("value")

    def wait(self, expression, seconds=10):
        """Waits until the expression is true, and gives the seconds that took."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            try:
                if self.js(expression):
                    return time.monotonic() - start
            except RuntimeError:
                pass  # the page is being replaced
            time.sleep(0.03)
        raise AssertionError(f"not within {seconds} s: {expression}")

    def text(self, selector):
        return self.js(f"document.querySelector({json.dumps(selector)}).innerText.trim()")

    def attribute(self, selector, name):
        return self.js(f"document.querySelector({json.dumps(selector)}).getAttribute({json.dumps(name)})")

    def visible(self, selector):
        return self.js(f"document.querySelector({json.dumps(selector)}).checkVisibility()")

    def click(self, selector):
        """A real press of the mouse in the middle of the element, which must be the topmost there."""
        x, y = self.js(
            f"""(() => {{
            const e = document.querySelector({json.dumps(selector)});
            e.scrollIntoView({{block: "nearest"}});
            const r = e.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2;
            const top = document.elementFromPoint(x, y);
            if (!e.contains(top)) throw new Error("covered by " + top?.outerHTML.slice(0, 80)); return [x, y]; }})()"""
        )
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def point(self, x, y):
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def press(self, key, shift=False):
        named = {
            "key": key,
            "code": "Space" if key == " " else key,
            "windowsVirtualKeyCode": KEYS[key],
            "modifiers": 8 if shift else 0,
        }
        typed = {"Enter": "\r", " ": " "}.get(key)
        down = {"type": "keyDown", "text": typed} if typed else {"type": "rawKeyDown"}
        self.call("Input.dispatchKeyEvent", **named, **down)
        self.call("Input.dispatchKeyEvent", **named, type="keyUp")

    def type(self, words):
        self.call("Input.insertText", text=words)

    def fill(self, selector, words):
        self.js(f"(e => {{ e.focus(); e.select(); }})(document.querySelector({json.dumps(selector)}))")
        self.type(words)

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def close(self):
        self.browser.listeners.pop(self.session, None)
        self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)
