"""A web server on this machine that writes down what it is asked for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Heard:
    """`asked` are the paths, `told` the bodies that were posted; `status` is what it answers, and `here` its address."""

    here: str
    status: int = 200
    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Heard]:
    """The server, while the block runs."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.asked.append(self.path)
            self._answer()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.told.append(body.decode())
            self._answer()

        def _answer(self) -> None:
            self.send_response(heard.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        server.daemon_threads = True
        heard = Heard(f"127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield heard
        finally:
            server.shutdown()
            thread.join()
