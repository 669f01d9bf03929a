"""OpenOCD: the console of a program that drives a board's debug port (JTAG, SWD). It greets; nothing is sent.

OpenOCD User's Guide, "Server Configuration": the console is at port 4444, what GDB connects to at 3333, and Tcl at 6666. The console is asked for because it is
the one that bears it: a connection alone to GDB's port raises gdb-attach, whose usual answer is to halt the processor ("Target Events"). So 3333 is not
among the ports of a scan, and is never connected to (`checks/data/ports.toml`, `never_connect`).
"""

import re

from inventory.errors import ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadAll, Safety, Say, Target

NAME = "openocd"
TRANSPORT = "tcp"
PORTS = (4444,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = True
SAYS: tuple[Say, ...] = ()
FACTS = {"openocd.greeting": "what its console greets with"}
_GREETING = re.compile(rb"(?:\xff[\xfb-\xfe].){0,8}(Open On-Chip Debugger[^\r\n]{0,120})", re.DOTALL)
_LIMIT, _PATIENCE, _PAUSE = 256, 1.5, 0.3


def recognises(greeting: bytes) -> bool:
    """Whether a greeting is of OpenOCD's console: options of Telnet may come before its name."""
    return _GREETING.match(greeting) is not None


def probe(target: Target) -> Conversation[Heard]:
    """Listen."""
    said = yield ReadAll(1, quiet=_PATIENCE)
    if said:
        said += yield ReadAll(_LIMIT - 1, quiet=_PAUSE)
    return parse(said)


def parse(said: bytes) -> Heard:
    """The fact in the greeting."""
    greeting = _GREETING.match(said)
    if greeting is None:
        raise ProtocolError("not OpenOCD")
    facts: dict[str, FactValue] = {"openocd.greeting": one_line(greeting[1])}
    return Heard(facts, said[:EVIDENCE_LIMIT])
