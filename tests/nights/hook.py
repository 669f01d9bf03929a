"""A webhook in a network of its own: a process there that writes down what it is told, a JSON object a line. It prints its port first."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer


@dataclass
class Hook:
    """`url` is its address as apprise writes it."""

    process: "subprocess.Popen[str]"
    port: int

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/hook"

    def heard(self, number: int) -> list[dict[str, str]]:
        """The next so many notices."""
        assert self.process.stdout is not None
        return [json.loads(self.process.stdout.readline()) for _ in range(number)]

    def rest(self) -> list[dict[str, str]]:
        """What came beyond that until now: it answers one after the other, so all of it has been written."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        return [json.loads(line) for line in self.process.stdout]


@contextmanager
def hooked(enter: Sequence[str]) -> Iterator[Hook]:
    """The webhook where `enter` leads, while the block runs."""
    command = [*enter, sys.executable, "-P", __file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Hook(process, int(process.stdout.readline()))
        finally:
            process.kill()


class _Page(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        _say(json.dumps({"title": told["title"], "text": told["message"]}))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until standard input ends."""
    import threading

    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        _say(str(server.server_port))
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
