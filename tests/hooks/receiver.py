"""Whoever receives webhooks: a real HTTP server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256  # the library's 5 drops connections when many begin at once


class Receiver:
    """An HTTP server that answers each path as it is told and remembers what came."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: dict[str, Callable[[int], int]] = {}
        self.wait = threading.Event()
        mine = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if len(body) < int(self.headers["content-length"]):
                    return  # its sender was killed in the middle
                headers = {k.lower(): v for k, v in self.headers.items()}
                mine.got.append((self.path, headers, body))
                if self.path.startswith("/slow"):
                    mine.wait.wait(20)
                count = sum(path == self.path for path, _, _ in mine.got)
                self.send_response(mine.answers.get(self.path, lambda _: 204)(count))
                self.send_header("location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.wait.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def count(self, path: str) -> int:
        return sum(got == path for got, _, _ in self.got)

    def ids(self, path: str) -> list[str]:
        return [headers["webhook-id"] for got, headers, _ in self.got if got == path]
