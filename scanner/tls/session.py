"""Ending a handshake, to see what a server shows only then: the certificates of TLS 1.3, and what it says of session tickets.

One connection each. Nothing is sent inside but the end of the handshake and close_notify (`finishing.py`). No trust rests on it: a server whose Finished is
wrong is reported as such, and whether it holds the key of its certificate is not asked.
"""

import hashlib
import os
from contextlib import suppress

from inventory.errors import PeerClosed, PeerError
from inventory.model import Facts, FactValue
from inventory.text import one_line
from scanner.codecs.tls_codec import HANDSHAKE_FAILURE, TLS12, TLS13, Version
from scanner.codecs.tls_session import NO_APPLICATION_PROTOCOL, Session
from scanner.codecs.tls_shares import Draw
from scanner.conversation import Conversation, StartTLS
from scanner.tls.asking import Asker
from scanner.tls.inside12 import finish_12
from scanner.tls.inside13 import finish_13
from scanner.tls.refusal import Beyond, Refused

_FINISHED = (TLS13, TLS12)


def finish(asker: Asker, version: Version, *, alpn: bool = True, draw: Draw = os.urandom) -> Conversation[Session]:
    """Shake hands to the end in TLS 1.0 to 1.3, offering h2 and http/1.1 with `alpn`, and close.

    Raises `Refused` where the server ends it first, `Beyond` where it wants what is not known here, else `PeerError` as the connection went.
    """
    if version is TLS13:
        return (yield from finish_13(asker, draw, alpn=alpn))
    return (yield from finish_12(asker, version, draw, alpn=alpn))


def look_inside(asker: Asker, most: int) -> Conversation[tuple[tuple[bytes, ...], dict[str, FactValue]]]:
    """The certificates and the facts that a server of TLS 1.3 shows inside; the asker opens `most` connections in all.

    Whoever refuses because of ALPN, or hangs up on it, is asked once more without. Where our own handshake cannot come about, the ssl module's may, which
    shows the leaf alone.
    """
    try:
        try:
            session = yield from finish(asker, TLS13)
        except (Refused, PeerClosed) as error:
            if asker.asked >= most or not _is_for_alpn(error):
                raise
            session = yield from finish(asker, TLS13, alpn=False)
    except PeerError as error:
        beyond = isinstance(error, Beyond) or (isinstance(error, Refused) and error.alert == HANDSHAKE_FAILURE)
        if beyond and asker.asked < most:
            return (yield from _by_the_ssl_module(asker))
        return (), _not_seen(error)
    return session.chain, session_facts(session)


def _is_for_alpn(error: Refused | PeerClosed) -> bool:
    """Whether ALPN may be why: some that know no protocol by it close without a word (tlslite-ng 0.8.2 does)."""
    return isinstance(error, PeerClosed) or error.alert == NO_APPLICATION_PROTOCOL


def inside(asker: Asker, known: Facts) -> Conversation[dict[str, FactValue]]:
    """What one finished handshake in the best version adds to the facts that are `known`; only the count of hellos where it does not come about."""
    spoken = known.get("tls.versions")
    best = next((one for one in _FINISHED if isinstance(spoken, tuple) and one.name in spoken), None)
    if best is None or "tls.ticket_lifetime" in known or (best is TLS12 and known.get("tls.tickets") is False):
        return {}
    before, told = asker.hellos, known.get("tls.hellos", 0)
    facts: dict[str, FactValue] = {}
    with suppress(PeerError):
        session = yield from finish(asker, best)
        facts = {name: value for name, value in session_facts(session).items() if name not in known or value}
        leaf = hashlib.sha256(session.chain[0]).hexdigest() if session.chain else ""
        if best is TLS13 and leaf and leaf != known.get("tls.sha256", leaf):
            facts["tls.inside_sha256"] = leaf
    return facts | {"tls.hellos": (told if isinstance(told, int) else 0) + asker.hellos - before}


def session_facts(session: Session) -> dict[str, FactValue]:
    """What a session says besides its certificates, as facts of `scanner/protocols/tls.py`."""
    facts: dict[str, FactValue] = {
        "tls.client_certificate": session.client_certificate,
        "tls.ocsp_stapling": session.stapled,
    }
    told: dict[str, FactValue | None] = {
        "tls.alpn": session.alpn or None,
        "tls.heartbeat": session.heartbeat or None,  # an older version may well know what this one does not offer
        "tls.tickets": session.tickets,
        "tls.ticket_lifetime": session.ticket_lifetime,
        "tls.early_data": session.early_data,
    }
    return facts | {name: value for name, value in told.items() if value is not None}


def _by_the_ssl_module(asker: Asker) -> Conversation[tuple[tuple[bytes, ...], dict[str, FactValue]]]:
    try:
        yield from asker.open()
        der = yield StartTLS()
    except PeerError as error:
        return (), _not_seen(error)
    return ((der,) if der else ()), {}


def _not_seen(error: PeerError) -> dict[str, FactValue]:
    return {"tls.certificate_error": one_line(f"not seen: {error}")}
