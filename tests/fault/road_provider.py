"""A department's own API as a process of its own, with its moods: `python road_provider.py PORT`."""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Provider(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: list[str] = []

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        self.asked.append(self.path)
        path = self.path.partition("?")[0].removeprefix("/v2")
        if path == "/rows/slow":
            time.sleep(3)
        if path == "/rows/never":
            time.sleep(60)
        if path == "/rows/cut" or (path == "/rows/flaky" and self.asked.count(self.path) == 1):
            self.close_connection = True
        elif path == "/rows/moved":
            self.answer(302, b"", Location="http://127.0.0.1:1/")
        elif path == "/rows/large":
            self.answer(200, b"x" * 300_000)
        elif path == "/rows/missing":
            self.answer(404, b'{"no": "such row"}', Content_Type="application/json")
        elif path == "/asked":
            self.answer(200, json.dumps(self.asked).encode())
        else:
            self.told(body)

    def told(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        said = {"path": self.path, "method": self.command, "headers": headers, "body": body.decode()}
        own = {"Set_Cookie": "a=b", "X_Road_Id": "forged", "X_Own": "kept", "Content_Type": "application/json"}
        self.answer(200, json.dumps(said, ensure_ascii=False).encode(), **own)

    do_GET = do_POST = do_HEAD = do  # noqa: N815 (the names of http.server)

    def log_message(self, *said: object) -> None:
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Provider).serve_forever()
