"""HTTP in the clear: what a server calls itself, and with what program a device asks others (RFC 9110, sections 10.1.5 and 10.2.4)."""

import re
from collections.abc import Iterator

from inventory.errors import ProtocolError
from inventory.text import one_line
from scanner.codecs.packet import Frame
from scanner.passive.sighting import Sighting

NAME = "http-heard"
HEARS = (("tcp", 0),)
ASKED = ""
FACTS = {
    "http.server": "the Server header of an answer",
    "http_heard.user_agent": "the User-Agent header of a request that it made",
}
_ANSWER = re.compile(rb"HTTP/1\.[01] \d{3}[ \r]")
_REQUEST = re.compile(rb"(?:GET|POST|HEAD|PUT|OPTIONS|SUBSCRIBE|NOTIFY) [!-~]{1,2048} HTTP/1\.[01]\r")
_SERVER = re.compile(rb"(?i)\nserver:[ \t]*([^\r\n]{1,512})\r?\n")
_USER_AGENT = re.compile(rb"(?i)\nuser-agent:[ \t]*([^\r\n]{1,512})\r?\n")
_LOOKED_AT = 4096


def read(frame: Frame) -> Iterator[Sighting]:
    """The sender of the head of a request or an answer, if it says by which program."""
    said = frame.payload[:_LOOKED_AT]
    answers = _ANSWER.match(said) is not None
    if not frame.address or not (answers or _REQUEST.match(said)):
        raise ProtocolError("not the head of an HTTP message")
    head = said.partition(b"\r\n\r\n")[0] + b"\r\n"
    found = (_SERVER if answers else _USER_AGENT).search(head)
    text = one_line(found[1]) if found else ""
    if answers:
        facts = {"http.server": text} if text else {}
        yield Sighting(facts, frame.address, port=frame.source_port, transport="tcp", is_open=True, evidence=head)
    elif text and found:
        yield Sighting({"http_heard.user_agent": text}, frame.address, transport="tcp", evidence=found[0].strip())
