"""TLS on the device lacks a protection that a server of today has, or offers something that nobody needs any more.

What: three checks tell one thing each, medium:

- no suite with authenticated encryption (AES-GCM, ChaCha20), although TLS 1.2 is spoken;
- compression inside TLS, by which somebody in between guesses a session's cookie (CRIME);
- no secure renegotiation (RFC 5746), so a stranger may put a command of his own before the operator's.

One gathers for each endpoint what is low, one what is only worth knowing, so that a report stays readable. Low: CBC suites (Lucky 13 with an old library),
suites with a static key beside better ones, no extended master secret, no signal against falling back, a shortened HMAC, data taken before the handshake
ends, hanging up on hellos of newer or longer kinds. To know: no TLS 1.3, session tickets that live too long, heartbeats, no word on whether the certificate was
revoked, a client that chooses among weak suites.

Why it matters in a city: each of them alone is a small door, and mostly needs somebody in between. Together they tell how old the device's TLS library is,
and roadside networks have many places where somebody can be in between.

How to fix: update the firmware first: most of this is the TLS library's age. Then choose "TLS 1.2 and 1.3" with suites of ECDHE and AES-GCM or ChaCha20
alone, and turn compression, heartbeats and early data off, in the device's web server or security settings.
"""

from collections.abc import Callable, Iterable, Iterator

from checks.cipher_suites import Weakness
from checks.contract import Act, Flaw, Judgement, NotApplicable, check
from checks.rules import all_rules, breach
from checks.standards import clauses
from checks.tls_endpoint import Accepted, Doubt, Spoken, each, endpoints, in_words, listing, texts
from inventory.model import Device, Family, Observation, Severity

_WITH_AEAD = ("TLSv1.2", "TLSv1.3")
_WITH_EXTENSIONS = ("TLSv1.0", "TLSv1.1", "TLSv1.2")
_BEFORE_13 = ("SSLv3", *_WITH_EXTENSIONS)
_DAY, _WEEK = 86_400, 604_800
_FEW = 3
Breach = tuple[str, str]
"""The id of a rule, and the sentence about this endpoint."""
_Looks = tuple[Callable[[Spoken], Iterator[Breach | Doubt]], ...]


@check(
    id="tls-no-aead",
    title="No authenticated encryption",
    severity=Severity.MEDIUM,
    family=Family.TLS,
    needs=("tls",),
    remedy="Turn on the suites with AES-GCM or ChaCha20; where the device has none, update its firmware.",
    standards=clauses("CWE-327", "tls-cipher"),
    sources=("RFC 9325: 4.2",),
)
def tls_no_aead(device: Device) -> Judgement:
    """Endpoints that speak TLS 1.2 without AES-GCM, ChaCha20 or their like; older versions have none at all (RFC 5246, section 6.2.3.3)."""
    spoken = [one for one in endpoints(device) if one.versions]
    if spoken and not any(one.speaks(*_WITH_AEAD) for one in spoken):
        raise NotApplicable("speaks nothing newer than TLS 1.1, which has no authenticated encryption")
    return (yield from each(device, _no_aead, "has suites with authenticated encryption"))


@check(
    id="tls-compression",
    title="TLS compresses",
    severity=Severity.MEDIUM,
    family=Family.TLS,
    needs=("tls",),
    remedy="Turn TLS compression off in the device's web server; where it has no such setting, update its firmware.",
    standards=clauses("CWE-327", "tls-cipher"),
    sources=("RFC 9325: 3.3",),
)
def tls_compression(device: Device) -> Judgement:
    """Endpoints that compress inside TLS."""
    return (yield from each(device, _compression, "does not compress inside TLS"))


@check(
    id="tls-insecure-renegotiation",
    title="No secure renegotiation",
    severity=Severity.MEDIUM,
    family=Family.TLS,
    needs=("tls",),
    remedy="Update the device's firmware: its TLS library is from before 2010, or was told not to know RFC 5746.",
    standards=clauses("CWE-327", "tls-cipher"),
    act=Act.UPDATE,
    sources=("RFC 5746: 3.6",),
)
def tls_insecure_renegotiation(device: Device) -> Judgement:
    """Endpoints that do not know RFC 5746."""
    return (yield from each(device, _renegotiation, "knows secure renegotiation, or has none"))


@check(
    id="tls-hardening",
    title="TLS settings that should be tightened",
    severity=Severity.LOW,
    family=Family.TLS,
    needs=("tls",),
    remedy="Leave only suites with ECDHE and AES-GCM or ChaCha20 on the device's list, and keep its firmware up to date.",
    standards=clauses("CWE-327", "tls-cipher"),
    sources=("RFC 9325: 4.2",),
)
def tls_hardening(device: Device) -> Judgement:
    """What is low, gathered into one finding for each endpoint."""
    return (yield from each(device, _low, "nothing was seen that should be tightened"))


@check(
    id="tls-advice",
    title="TLS settings that are worth knowing",
    severity=Severity.INFO,
    family=Family.TLS,
    needs=("tls",),
    remedy="Set what is named when the device is next configured or updated.",
    standards=clauses("CWE-327", "tls-cipher"),
    sources=("RFC 9325: 3",),
)
def tls_advice(device: Device) -> Judgement:
    """What is only worth knowing, gathered into one finding for each endpoint."""
    return (yield from each(device, _worth_knowing, "nothing was seen that is worth a remark"))


def _no_aead(one: Spoken) -> Iterator[Flaw | Doubt]:
    modern = one.speaks("TLSv1.3") or any(accepted.suite.aead for accepted in one.accepted)
    if modern or not one.speaks(*_WITH_AEAD):
        return
    if not one.settled("aead"):
        yield one.doubt("aead")
        return
    yield breach("cipher.no_aead", one.seen, "Speaks TLS 1.2, but with no suite of authenticated encryption.")


def _compression(one: Spoken) -> Iterator[Flaw | Doubt]:
    compresses = one.flag("tls.compression")
    if compresses:
        yield breach("vuln.crime", one.seen, "Compresses inside TLS (DEFLATE): open to CRIME (CVE-2012-4929).")
    elif compresses is None:
        yield from one.doubts("compression")


def _renegotiation(one: Spoken) -> Iterator[Flaw | Doubt]:
    if not one.speaks(*_BEFORE_13):
        return  # TLS 1.3 does not renegotiate (RFC 8446, section 4.1.2)
    knows = one.flag("tls.secure_renegotiation")
    if knows is None:
        yield one.doubt("secure-renegotiation")
    elif not knows:
        detail = (
            "Does not know secure renegotiation (RFC 5746), so a stranger's words may be put before the operator's."
        )
        yield breach("vuln.reneg_insecure", one.seen, detail)


def _low(one: Spoken) -> Iterator[Flaw | Doubt]:
    return _gathered(one, (_cbc, _static, _master_secret, _fallback, _truncated, _early, _intolerant))


def _worth_knowing(one: Spoken) -> Iterator[Flaw | Doubt]:
    return _gathered(one, (_no_tls13, _tickets, _heartbeat, _stapling, _order))


def _gathered(one: Spoken, looks: _Looks) -> Iterator[Flaw | Doubt]:
    """One flaw for all that is breached at an endpoint, then the doubts."""
    said = [found for look in looks for found in look(one)]
    breaches = [found for found in said if not isinstance(found, Doubt)]
    if breaches:
        yield _together(one.seen, breaches)
    yield from (found for found in said if isinstance(found, Doubt))


def _together(seen: Observation, breaches: list[Breach]) -> Flaw:
    """The sentences one after the other, each remedy and each clause once. The facet is the endpoint's, whatever is breached there."""
    rows = [all_rules()[rule] for rule, _ in breaches]
    return Flaw(
        seen.endpoint,
        " ".join(sentence for _, sentence in breaches),
        seen.evidence,
        remedy=" ".join(_once(row.remedy for row in rows)),
        standards=tuple(_once(clause for row in rows for clause in row.standards)),
        act=rows[0].act if len({row.act for row in rows}) == 1 else None,
        sources=tuple(_once(source for row in rows for source in row.sources)),
    )


def _once(things: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(things))


def _only_low(found: list[Accepted]) -> list[Accepted]:
    """Without those that are weak for a graver reason, which other checks tell."""
    return [accepted for accepted in found if accepted.suite.severity == Severity.LOW]


def _cbc(one: Spoken) -> Iterator[Breach | Doubt]:
    found = _only_low(one.of(Weakness.CBC, Weakness.CBC_SHA1))
    if not found:
        yield from one.doubts(Weakness.CBC_SHA1)
        return
    lucky = "" if one.flag("tls.encrypt_then_mac") else " (open to Lucky 13, CVE-2013-0169, where the library is old)"
    yield "cipher.cbc_sha1", f"Accepts CBC{lucky}: {listing(found, _FEW)}."


def _static(one: Spoken) -> Iterator[Breach | Doubt]:
    if not one.speaks("TLSv1.3") and not any(accepted.suite.forward_secret for accepted in one.accepted):
        return  # where nothing else is there, that is a finding of its own
    found = _only_low(one.of(Weakness.STATIC))
    if not found:
        yield from one.doubts(Weakness.STATIC)
        return
    yield "cipher.static", f"Accepts suites without forward secrecy beside others: {listing(found, _FEW)}."


def _master_secret(one: Spoken) -> Iterator[Breach | Doubt]:
    if not one.speaks(*_WITH_EXTENSIONS):
        return
    knows = one.flag("tls.extended_master_secret")
    if knows is None:
        yield one.doubt("extended-master-secret")
    elif not knows:
        yield "ext.ems", "Does not bind its keys to the handshake (extended master secret, RFC 7627)."


def _fallback(one: Spoken) -> Iterator[Breach | Doubt]:
    if one.speaks("TLSv1.3") or len(set(one.versions) & set(_BEFORE_13)) < 2:
        return  # nothing to fall back to, or TLS 1.3 says itself that it was left out (RFC 8446, section 4.1.3)
    knows = one.flag("tls.fallback_scsv")
    if knows is None:
        yield from one.doubts("fallback")
    elif not knows:
        yield "ext.scsv", "Does not notice when a client is made to fall back to an older version (RFC 7507)."


def _truncated(one: Spoken) -> Iterator[Breach | Doubt]:
    if one.flag("tls.truncated_hmac"):
        yield "ext.trunc_hmac", "Shortens its checksums to 80 bits where a client asks for it (truncated HMAC)."


def _early(one: Spoken) -> Iterator[Breach | Doubt]:
    if one.flag("tls.early_data"):
        yield "ext.early_data", "Takes data before the handshake ends (0-RTT), which somebody else can send again."


def _intolerant(one: Spoken) -> Iterator[Breach | Doubt]:
    told = texts(one.seen, "tls.intolerant")
    if told:
        yield "proto.intolerance", f"Hangs up on {in_words(list(told))} instead of answering by what it knows."


def _no_tls13(one: Spoken) -> Iterator[Breach | Doubt]:
    if not one.speaks("TLSv1.2") or one.speaks("TLSv1.3"):
        return  # where 1.2 is not there either, that is a finding of its own
    if one.settled("versions"):
        yield "proto.no13", "Does not speak TLS 1.3."
    else:
        yield one.doubt("versions")


def _tickets(one: Spoken) -> Iterator[Breach | Doubt]:
    if not one.examined:
        yield one.doubt("tickets")
        return
    seconds = one.number("tls.ticket_lifetime")
    limit = _WEEK if one.speaks("TLSv1.3") else _DAY
    if seconds is not None and seconds > limit:
        yield "ext.ticket_lifetime", f"Its session tickets live for {seconds // 3600} hours (at most {limit // 3600})."


def _heartbeat(one: Spoken) -> Iterator[Breach | Doubt]:
    if one.flag("tls.heartbeat"):
        yield "ext.heartbeat", "Offers heartbeats (RFC 6520), which nobody needs over TCP."


def _stapling(one: Spoken) -> Iterator[Breach | Doubt]:
    responder = one.seen.facts.get("tls.ocsp_responder")
    if responder and one.flag("tls.ocsp_stapling") is False:
        yield "ocsp.staple", f"Does not send along whether its certificate was revoked, although {responder} tells it."


def _order(one: Spoken) -> Iterator[Breach | Doubt]:
    weak = [accepted for accepted in one.accepted if (accepted.suite.severity or Severity.INFO) >= Severity.MEDIUM]
    if weak and one.seen.facts.get("tls.preference") == "client":
        yield "cipher.order", "Leaves the choice among its suites to the client, weak ones among them."
