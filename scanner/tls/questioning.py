"""Putting one hello after another to a server, within bounds: so many hellos, and no more than two that it leaves without an answer.

A refusal is an alert that says so. Where a server only hangs up, or says something else, that is taken for a refusal if it answers another hello later: else it
may have had enough of us, and what was concluded from it is taken back.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut
from inventory.text import one_line
from scanner.codecs.ssl2 import Ssl2
from scanner.codecs.tls_codec import HANDSHAKE_FAILURE, INSUFFICIENT_SECURITY
from scanner.codecs.tls_hello import SUITES_AT_ONCE, Hello
from scanner.conversation import Conversation
from scanner.tls import ssl2
from scanner.tls.asking import Asker, Flight
from scanner.tls.facts import Asked
from scanner.tls.knowledge import Knowledge
from scanner.tls.offers import everything

HELLOS = 15
"""Hellos to one endpoint, those of the identification among them."""
HELLOS_IN_FULL = 60
"""The same, where every suite is asked afterwards."""
SILENCES = 2
_REFUSALS = (HANDSHAKE_FAILURE, INSUFFICIENT_SECURITY)
_UNSURE = "it hung up instead of refusing, and did not answer afterwards"


class Enough(Exception):
    """No further hello may be sent; the message says why, and `error` what the server did, if it is that."""

    def __init__(self, why: str, error: PeerError | None = None) -> None:
        super().__init__(why)
        self.error = error


@dataclass(slots=True)
class Questioning:
    """Puts hellos to one server, `left` of the `most` that it may have, and notes what it picks; `asked` are those that it answered, and `used` counts all."""

    asker: Asker
    left: int
    known: Knowledge
    most: int = HELLOS
    used: int = 0
    asked: list[Asked] = field(default_factory=list)
    _silences: int = 0
    _doubts: list[Callable[[], object]] = field(default_factory=list)

    @property
    def at_once(self) -> int:
        """How many suites a hello may offer: half after a silence, for some choke on long ones."""
        return SUITES_AT_ONCE >> self._silences

    def ask(self, hello: Hello, *, named: bool = True, last: bool = False) -> Conversation[Flight | None]:
        """The answer, None where there was none; raises `Enough`. While there are doubts, one hello is kept for the `last`."""
        if self._silences >= SILENCES:
            raise Enough(f"it left {SILENCES} hellos without an answer", TimedOut())
        if self.left <= (1 if self._doubts and not last else 0):
            raise Enough(f"the {self.most} hellos were used up")
        self.left -= 1
        self.used += 1
        try:
            flight = yield from self.asker.ask(hello, named=named)
        except PeerClosed:
            flight = Flight(None)
        except (TimedOut, ProtocolError):
            self._silences += 1
            return None
        except PeerError as error:  # nobody is there any more, or no more may be sent
            raise Enough(one_line(str(error)), error) from None
        self.known.take(hello, flight)
        self.asked.append(Asked(hello, flight))
        if flight.picked is not None:
            self._doubts.clear()
        return flight

    def ask_ssl2(self) -> Conversation[Ssl2 | None]:
        """Whether SSL 2.0 is spoken; raises `Enough`, or `ProtocolError` where it begins with an answer and does not end it."""
        if self.left <= 0:
            raise Enough(f"the {self.most} hellos were used up")
        self.left -= 1
        self.used += 1
        try:
            return (yield from ssl2.ask(self.asker))
        except ProtocolError:
            raise
        except PeerError as error:
            raise Enough(one_line(str(error)), error) from None

    def doubt(self, flight: Flight, take_back: Callable[[], object]) -> None:
        """What was concluded from this answer is to be taken back if it was no refusal."""
        if flight.picked is None and flight.alert not in _REFUSALS:
            self._doubts.append(take_back)

    def control(self) -> Conversation[str]:
        """Where there are doubts, ask what it has answered before; why things were taken back, "" where nothing was."""
        if self._doubts and self.known.versions:
            with suppress(Enough):
                yield from self.ask(everything(self.known.versions[-1]), last=True)
        for take_back in self._doubts:
            take_back()
        return _UNSURE if self._doubts else ""
