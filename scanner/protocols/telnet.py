"""Telnet: the banner, and what it asks for first. Options are answered, no key is pressed.

The codec and the prompts are in `scanner/codecs/telnet_codec.py`.
"""

import re

from inventory.errors import PeerClosed, ProtocolError, TimedOut
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs.telnet_codec import IAC, NEGOTIATE, TEXT_LIMIT, WILL, Codec, listen, plain, prompt
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadSome, Safety, Target

NAME = "telnet"
TRANSPORT = "tcp"
PORTS = (23, 24, 2323, 2332, 9527, 9999)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = True
HARDY = True
SAYS = (NEGOTIATE,)
FACTS = {
    "telnet.banner": "the text before anybody types, without option negotiation and terminal control",
    "telnet.prompt": 'what its end asks for: "login", "password", "shell" (a prompt without any login) or "none"',
}
_ROUNDS = 8
"""Rounds of silence that are waited for a prompt: many a device asks its name server who is calling before it says `login:`."""
_OTHERS = re.compile(rb"SSH-\d|RFB \d{3}\.\d{3}\n|@RSYNCD: |(?:HTTP|RTSP)/\d")
"""How what is no Telnet begins: greetings that stand at a Telnet port that was moved."""


def recognises(greeting: bytes) -> bool:
    """Whether a greeting begins with option negotiation or ends in a login. A bare prompt is not enough: other protocols end their lines with one too."""
    if greeting[:1] == bytes((IAC,)):
        return len(greeting) >= 3 and greeting[1] >= WILL
    return prompt(Codec().receive(greeting)[0]) in {"login", "password"}


def probe(target: Target) -> Conversation[Heard]:
    """Listen, answering options, until a prompt stands there or the device stays quiet."""
    codec = Codec()
    text = yield from listen(codec, _ROUNDS, lambda text: prompt(text) != "none")
    if not codec.spoke and _OTHERS.match(text):
        raise ProtocolError(f"{one_line(text[:16])} is no Telnet")
    kind = prompt(text)
    if kind == "shell":
        text, kind = yield from _confirmed(codec, text)
    if not text and not codec.spoke:
        raise TimedOut
    if len(text) >= TEXT_LIMIT and b"\n" not in text and not codec.spoke:
        raise ProtocolError(f"{TEXT_LIMIT} bytes with neither a line's end nor negotiation among them")
    return heard(text, kind)


def _confirmed(codec: Codec, text: bytes) -> Conversation[tuple[bytes, str]]:
    """A shell for anybody is a grave thing to report: only a device that waits at its prompt, and neither goes on nor hangs up, has one."""
    while len(text) < TEXT_LIMIT and prompt(text) == "shell":
        try:
            more, _ = codec.receive((yield ReadSome(TEXT_LIMIT - len(text))))
        except TimedOut:
            return text, "shell"
        except PeerClosed:
            break
        text += more + (yield from listen(codec, 1, lambda text: True))
    kind = prompt(text)
    return text, "none" if kind == "shell" else kind


def heard(text: bytes, kind: str) -> Heard:
    """The facts in the text of a greeting."""
    facts: dict[str, FactValue] = {"telnet.banner": one_line(plain(text)), "telnet.prompt": kind}
    return Heard(facts, text[:EVIDENCE_LIMIT])
