"""A web server that says one byte a minute of its header."""

from lab.fake import Fake
from lab.services.says import Says

FAKE = Fake(
    name="minute_camera",
    title="Web server that says one byte a minute",
    host=238,
    mac="00:0d:b9:52:12:38",
    quarter="hostile",
    services=(Says(80, answer=b"HTTP/1.1 200 OK\r\nServer: patience\r\nContent-Length: 0\r\n\r\n", seconds=60.0),),
    causes=frozenset(),
)
