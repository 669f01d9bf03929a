"""A tarpit for HTTP: a header without end, a little at a time. Those for SSH and Telnet are other hosts, to keep a scan waiting side by side."""

from lab.fake import Fake
from lab.services.says import Says

FAKE = Fake(
    name="tarpit_server",
    title="Tarpit for HTTP",
    host=211,
    mac="00:0d:b9:52:12:11",
    quarter="hostile",
    services=(Says(80, answer=b"HTTP/1.1 200 OK\r\n", endless=b"X-Wait: 1\r\n", seconds=0.2),),
    causes=frozenset(),
)
