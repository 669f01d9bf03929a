"""Hostile devices whose firmware has an age that cannot be: days that no calendar has, versions without end, and more parts than anything is made of."""

from tests.hostile.other_devices import after_request, agent, saying
from tests.hostile.street import Hostile, Told, at, page, pages
from tests.hostile.web_devices import DRESS

NEVER = "0000-00-00 2021-02-31 31-Feb-99 1970-01-01 2107-12-31 9999-99-99 Feb 30 2017 19700101 build 999999 00/00/0000"
BOMB = f"{'1.1(' * 20}{'9' * 40}\N{SUPERSCRIPT TWO}\N{ARABIC-INDIC DIGIT THREE}{'.1' * 150}"


def devices() -> list[Hostile]:
    """Hosts 62, 63 and 106."""
    return [
        _device("built on days that never were", 62, f"mini_httpd/1.19 31feb2003 {NEVER}", f"Compiled {NEVER} #1 SMP {NEVER}"),
        _device("of a version without end", 63, f"lighttpd/{BOMB}", f"RouterOS RB750 {BOMB} Hikvision V{BOMB} build 170124"),
        _device("of a thousand parts", 106, _parts(), f"Linux x 2.6.38 {DRESS} build 170124 {_parts()}"),
    ]  # fmt: skip


def _parts() -> str:
    return " ".join(f"OpenSSL/0.9.{number}" for number in range(60)) + DRESS


def _device(name: str, host: int, server: str, description: str) -> Hostile:
    said, stated = server.encode(), description.encode()

    def answer(head: bytes, told: Told) -> bytes:
        return page(b"<title>x</title>", b"Server: " + said, b"Last-Modified: " + stated[:200])

    return Hostile(
        name,
        host,
        at(80, 8080, handler=pages(answer))
        | at(21, handler=saying(b"220 " + stated + b"\r\n"))
        | at(22, handler=saying(b"SSH-2.0-OpenSSH_" + said[:200] + b"\r\n"))
        | at(23, handler=saying(b"BusyBox v1.19.4 (" + stated[:400] + b")\r\nlogin: "))
        | at(554, handler=after_request(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: LIVE555 Streaming Media v" + stated + b"\r\n\r\n")),
        {161: agent(stated)},
    )  # fmt: skip
