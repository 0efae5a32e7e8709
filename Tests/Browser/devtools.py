"""A headless Chromium and its DevTools protocol, with nothing but the standard library."""

import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request


class WebSocket:
    """The client half of RFC 6455, as far as DevTools needs it."""

    def __init__(self, url):
        host, path = url.removeprefix("ws://").split("/", 1)
        name, port = host.rsplit(":", 1)
        self.socket = socket.create_connection((name, int(port)), timeout=30)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self._receive()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head.decode(errors="replace"))

    def _receive(self):
        part = self.socket.recv(1 << 16)
        if not part:
            raise ConnectionError("the browser closed the connection")
        return part

    def send(self, text):
        data = text.encode()
        mask = os.urandom(4)
        length = len(data)
        if length < 126:
            head = bytes([0x81, 0x80 | length])
        elif length < 65536:
            head = bytes([0x81, 0xFE]) + length.to_bytes(2, "big")
        else:
            head = bytes([0x81, 0xFF]) + length.to_bytes(8, "big")
        self.socket.sendall(head + mask + bytes(byte ^ mask[i & 3] for i, byte in enumerate(data)))

    def _take(self, count):
        while len(self.buffer) < count:
            self.buffer += self._receive()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def receive(self):
        message = b""
        while True:
            first, second = self._take(2)
            length = second & 127
            if length == 126:
                length = int.from_bytes(self._take(2), "big")
            elif length == 127:
                length = int.from_bytes(self._take(8), "big")
            data = self._take(length)
            if first & 15 == 8:
                raise ConnectionError("the browser closed the connection")
            if first & 15 in (0, 1):
                message += data
                if first & 128:
                    return message.decode()


class Browser:
    """One page. Use as a context manager."""

    def __init__(self, binary=None, width=1440, height=900):
        binary = binary or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        if binary is None:
            raise FileNotFoundError("no Chromium found: install chromium, or pass --browser PATH")
        self.profile = tempfile.mkdtemp(prefix="swiftail-browser-")
        self.process = subprocess.Popen(
            [binary, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
             "--remote-debugging-port=0", f"--user-data-dir={self.profile}", f"--window-size={width},{height}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port_file = os.path.join(self.profile, "DevToolsActivePort")
        port = self._until(lambda: os.path.exists(port_file) and open(port_file).read().split("\n")[0], "the browser's port")
        pages = self._until(
            lambda: [page for page in json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json"))
                     if page["type"] == "page"], "a page")
        self.socket = WebSocket(pages[0]["webSocketDebuggerUrl"])
        self.sent = 0
        self.errors = []
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)
        shutil.rmtree(self.profile, ignore_errors=True)

    @staticmethod
    def _until(look, what, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                found = look()
                if found:
                    return found
            except (OSError, ValueError):
                pass
            time.sleep(0.05)
        raise TimeoutError(f"waited {seconds} s for {what}")

    def call(self, method, **parameters):
        self.sent += 1
        self.socket.send(json.dumps({"id": self.sent, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.receive())
            if message.get("method") == "Runtime.exceptionThrown":
                details = message["params"]["exceptionDetails"]
                self.errors.append(details.get("exception", {}).get("description", details["text"]))
            if message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
                entry = message["params"]["entry"]
                self.errors.append(f'{entry["text"]} {entry.get("url", "")}')
            if message.get("id") == self.sent:
                if "error" in message:
                    raise RuntimeError(f'{method}: {message["error"]["message"]}')
                return message["result"]

    def open(self, url):
        # An address that differs in its fragment alone would not load the page anew.
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=url)

    def run(self, script):
        """The value of a JavaScript expression; promises are awaited."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("exception", {}).get("description", script))
        return result["result"].get("value")

    def wait(self, script, what=None, seconds=15):
        """Waits until an expression is true, and returns its value."""
        return self._until(lambda: self.run(script), what or script, seconds)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def key(self, key, code=None):
        codes = {"Enter": (13, "\r"), "Escape": (27, None)}
        number, text = codes.get(key, (ord(key.upper()[0]), key))
        for kind in ("keyDown", "keyUp"):
            parameters = {"type": kind, "key": key, "code": code or key, "windowsVirtualKeyCode": number}
            if kind == "keyDown" and text:
                parameters["text"] = text
            self.call("Input.dispatchKeyEvent", **parameters)

    def drag(self, start, end):
        steps = [("mousePressed", *start), *(("mouseMoved", start[0] + (end[0] - start[0]) * i / 8, start[1]) for i in range(1, 9)),
                 ("mouseReleased", *end)]
        for kind, x, y in steps:
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)

    def look(self, width, height, dark=False, phone=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if phone else 1, mobile=phone)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}])

    def screenshot(self, path):
        image = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(image))
