"""Which versions a server accepts: one hello a version, without those that an answer rules out.

TLS 1.2 goes first, and what its answer rules out is not asked: a server that picks less than it was offered speaks nothing in between, one that names the
version as its reason to refuse (protocol_version) speaks nothing below (RFC 5246, 7.2.2 and appendix E.1), and one that picks another than TLS 1.3 without the
mark of RFC 8446, 4.1.3 does not speak that. Two connections with a server of TLS 1.2 alone, three with one of 1.2 and 1.3, five with one that says no more than
no.
"""

from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut
from scanner.codecs.tls_codec import SSL30, TLS10, TLS11, TLS12, TLS13, Version
from scanner.conversation import Conversation
from scanner.tls.asking import Asker, Flight
from scanner.tls.offers import everything

_SILENCES = 2
_ORDER = (TLS12, TLS13, TLS11, TLS10, SSL30)


def flights(asker: Asker) -> Conversation[dict[Version, Flight]]:
    """The answers by version, in the order asked; raises what the server does instead of speaking TLS.

    Where it answered, and no further connection comes about ("421 Too many connections"), the versions that were still to be asked are left without an answer.
    """
    found: dict[Version, Flight] = {}
    waiting, silent = list(_ORDER), 0
    while waiting:
        version = waiting.pop(0)
        try:
            flight = yield from asker.ask(everything(version))
        except (PeerClosed, TimedOut) as error:  # a version that is not known is met with silence by some
            silent += isinstance(error, TimedOut)
            asker.hung.append(version)
            asker.unanswered |= {version: error} if isinstance(error, TimedOut) else {}
            if not found and (silent >= _SILENCES or not waiting or not asker.target.expected):
                raise
            if version is _ORDER[0]:
                waiting.sort(
                    key=lambda one: one is not TLS10
                )  # whoever is older than TLS 1.2 and hangs on it knows this
            continue
        except ProtocolError as error:
            if not found:
                raise
            asker.unanswered[version] = error
            continue  # it speaks TLS, but not to this version
        except PeerError as error:
            if not found:
                raise
            asker.unanswered |= dict.fromkeys((version, *waiting), error)
            break
        found[version] = flight
        waiting = [other for other in waiting if not _rules_out(other, version, flight)]
    return found


def _rules_out(other: Version, version: Version, flight: Flight) -> bool:
    """Whether what was answered to `version` says that the server does not speak `other`."""
    if version is TLS13:
        return False  # the hello for TLS 1.3 says nothing of others
    if other is TLS13:
        return flight.picked is not None and not flight.picked.knows_better
    if other.code >= version.code:
        return False
    return flight.by_version if flight.picked is None else other.code > flight.picked.version
