"""The device deviates from the TLS profile that was chosen for its site.

What: where a profile is named (`--tls-profile`, `tls_profile` of a site), each TLS endpoint is held against it: the versions, the suites, the key exchange,
the certificate and the extensions. Profiles are mozilla-modern and mozilla-intermediate (Server Side TLS 6.0), nist-800-52r2 and bsi-tr-02102-2. By default
it is `device`, which wants nothing beyond the other checks, so this one is skipped. What a guideline demands is MEDIUM, what it recommends LOW, each with its
clause; how dangerous a deviation is, the other checks say.

Why it matters in a city: a tender, an auditor or an insurer asks for a guideline by name, and wants to know where each device departs from it, not whether
it is safe enough.

How to fix: set in the device's TLS settings what the finding names. A guideline's list of suites can only be judged where every suite was asked for:
`tocsin scan --tls full`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from checks.cipher_suites import all_suites, suite_name
from checks.contract import Act, Flaw, Inconclusive, Judgement, NotApplicable, check
from checks.profiles import DEVICE, Clause, Profile, profile_named
from checks.standards import clauses
from checks.tls_endpoint import texts
from inventory.model import Device, Family, Observation, Severity

_NAMED_AT_MOST = 8
_OK = 200
_BEFORE_13 = frozenset(("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2"))
_BEFORE_12 = _BEFORE_13 - {"TLSv1.2"}
_BLOCK_CIPHERS = ("AES(", "Camellia(", "ARIA(", "SEED(", "IDEA(", "3DES(", "DES(", "RC2(", "GOST(")
_Kind = tuple[str, str, str]
_KINDS: Mapping[str, _Kind] = {
    "versions": (
        "TLS versions against the profile",
        "Set the lowest and the highest version of TLS that the device speaks to those of the profile.",
        "required-versions some-version forbidden-versions",
    ),
    "suites": (
        "Cipher suites outside the profile",
        "Leave only the suites of the profile in the device's TLS settings.",
        "suites",
    ),
    "key exchange": (
        "Key exchange outside the profile",
        "Set the groups and curves in which the device agrees on keys to those of the profile.",
        "groups some-group dh-bits",
    ),
    "certificate": (
        "Certificate outside the profile",
        "Issue a certificate with a key, a signature and a lifetime that the profile allows.",
        "key-types key-sizes curves signature-hashes lifetime",
    ),
    "extensions": (
        "TLS extensions against the profile",
        "Turn on what is missing and off what is too much in the device's TLS settings, or update its firmware.",
        "fact",
    ),
    "web pages": (
        "Web pages against the profile",
        "Turn HSTS on with the age that the profile wants, once HTTPS works without a warning.",
        "hsts",
    ),
}
"""Each kind of deviation: its title, its remedy, and the subjects of its clauses."""

_CLAUSES = {
    "versions": ("CWE-327", "tls-version"),
    "certificate": ("CWE-326", "certificate"),
    "web pages": ("CWE-319", "cleartext"),
}
"""What else says so, beside the profile's own clauses, where it is not the choice of suites."""


class _Unsettled(Exception):
    """What was heard does not decide on a clause; the message says on what."""


@check(
    id="tls-profile",
    title="Deviation from the TLS profile",
    severity=Severity.MEDIUM,
    family=Family.TLS,
    needs=("tls",),
    remedy="Set in the device's TLS settings what the profile wants.",
    standards=clauses("CWE-327", "tls-cipher"),
    sources=("the guideline that the profile is named after",),
    informed=("profile",),
)
def tls_profile(device: Device, profile: Profile | None = None) -> Judgement:
    """Each deviation of each TLS endpoint from the profile of its site."""
    profile = profile or profile_named(DEVICE)
    if not profile.clauses:
        raise NotApplicable(f"the profile is {profile.name}")
    unsettled: list[str] = []
    for seen in (_with_its_page(device, seen) for seen in device.speaking("tls")):
        open_questions: dict[str, None] = {}
        for kind in _KINDS:
            flaw = _flaw(profile, kind, seen, open_questions)
            if flaw is not None:
                yield flaw
        if open_questions:
            unsettled.append(f"{seen.endpoint}: {', '.join(open_questions)}")
    if unsettled:
        raise Inconclusive(f"not settled by what was asked, in the light of {profile.name}: {'; '.join(unsettled)}")
    return f"keeps {profile.title}"


def _flaw(profile: Profile, kind: str, seen: Observation, open_questions: dict[str, None]) -> Flaw | None:
    """The deviations of one kind in one finding, if there are any; what cannot be judged is added to `open_questions`."""
    title, remedy, subjects = _KINDS[kind]
    said: list[str] = []
    broken: list[Clause] = []
    for clause in profile.about(*subjects.split()):
        if clause.only and not _ONLY[clause.only](seen):
            continue
        try:
            found = list(_ABOUT[clause.about](clause, seen))
        except _Unsettled as question:
            open_questions[str(question)] = None
            continue
        said += found
        broken += [clause] if found else []
    if not said:
        return None
    subject = _CLAUSES.get(kind, ("CWE-327", "tls-cipher"))
    return Flaw(
        seen.endpoint,
        f"By {profile.title}: {'; '.join(said)}.",
        seen.evidence,
        severity=Severity.MEDIUM if any(clause.must for clause in broken) else Severity.LOW,
        facet=f"{seen.endpoint.transport}/{seen.endpoint.port} {profile.name} {kind}",
        title=f"{title} {profile.name}",
        remedy=remedy,
        standards=clauses(*(clause.standard for clause in broken), *subject),
        act=Act.CERTIFICATE if kind == "certificate" else None,
        sources=(profile.source,),
    )


# What a server is seen to do.


def _with_its_page(device: Device, seen: Observation) -> Observation:
    """The endpoint with what its web page said inside TLS besides, if it has one."""
    pages = (
        p.facts for p in device.speaking("http") if p.endpoint == seen.endpoint and p.facts.get("http.tls") is True
    )
    return replace(seen, facts={**next(pages, {}), **seen.facts})


def _settled(seen: Observation, *subjects: str) -> bool:
    return set(subjects) <= set(texts(seen, "tls.settled"))


def _versions(seen: Observation) -> tuple[str, ...]:
    return texts(seen, "tls.versions")


def _accepted(seen: Observation) -> tuple[str, ...]:
    """The code points of all suites that were seen accepted, in any version, in order."""
    pairs = (*texts(seen, "tls.accepted"), *texts(seen, "tls.suites"))
    return tuple(sorted({code for pair in pairs if (code := pair.partition(" 0x")[2])}))


def _exchanges(seen: Observation) -> set[str]:
    known = all_suites()
    return {known[code].exchange for code in _accepted(seen) if code in known}


def _agrees_over_curves(seen: Observation) -> bool:
    return "TLSv1.3" in _versions(seen) or any(exchange.startswith("ECDH") for exchange in _exchanges(seen))


def _has_cbc(seen: Observation) -> bool:
    known = all_suites()
    suites = [known[code] for code in _accepted(seen) if code in known]
    return any(suite.cipher.startswith(_BLOCK_CIPHERS) and not suite.aead for suite in suites)


_ONLY: Mapping[str, Callable[[Observation], bool]] = {
    "1.3": lambda seen: "TLSv1.3" in _versions(seen),
    "before-1.3": lambda seen: not _BEFORE_13.isdisjoint(_versions(seen)),
    "old-and-no-1.3": lambda seen: not _BEFORE_12.isdisjoint(_versions(seen)) and "TLSv1.3" not in _versions(seen),
    "cbc": _has_cbc,
    "curves": _agrees_over_curves,
    "ocsp-responder": lambda seen: bool(seen.facts.get("tls.ocsp_responder")),
    "called-by-name": lambda seen: bool(seen.facts.get("tls.server_name")) and seen.facts.get("http.status") == _OK,
}


# What each clause is about: the deviations in words; `_Unsettled` where nobody can say.


def _required_versions(clause: Clause, seen: Observation) -> Iterator[str]:
    missing = [name for name in clause.names if name not in _versions(seen)]
    if missing and not (_versions(seen) and _settled(seen, "versions")):
        raise _Unsettled("the versions")
    if missing:
        yield f"does not accept {_listed(missing)}, which it must" if clause.must else f"lacks {_listed(missing)}"


def _some_version(clause: Clause, seen: Observation) -> Iterator[str]:
    if not set(clause.names) & set(_versions(seen)):
        if not (_versions(seen) and _settled(seen, "versions")):
            raise _Unsettled("the versions")
        yield f"accepts neither {' nor '.join(clause.names)}"


def _forbidden_versions(clause: Clause, seen: Observation) -> Iterator[str]:
    accepted = [name for name in clause.names if name in _versions(seen)]
    if accepted:
        yield f"accepts {_listed(accepted)}, which it {'must' if clause.must else 'should'} not"
        return
    asked = ("versions", *(("sslv2",) if "SSLv2" in clause.names else ()))
    if not (_versions(seen) and _settled(seen, *asked)):
        raise _Unsettled("the versions")


def _suites(clause: Clause, seen: Observation) -> Iterator[str]:
    strange = [code for code in _accepted(seen) if code not in clause.names]
    if strange:
        least = "" if _settled(seen, "suites") else "at least "
        count = f"{len(strange)} suite{'' if len(strange) == 1 else 's'}"
        yield f"accepts {least}{count} that it does not list: {_listed(map(suite_name, strange))}"
    elif not _settled(seen, "suites"):
        raise _Unsettled("the suites")


def _groups(clause: Clause, seen: Observation) -> Iterator[str]:
    listed = {name.casefold() for name in clause.names}
    strange = [name for name in texts(seen, "tls.groups") if name.casefold() not in listed]
    if strange:
        yield f"agrees on keys in {_listed(strange)}, which it does not list"
    elif not _settled(seen, "groups") and not _no_key_is_agreed_on(seen):
        raise _Unsettled("the groups")


def _some_group(clause: Clause, seen: Observation) -> Iterator[str]:
    if {name.casefold() for name in clause.names} & {name.casefold() for name in texts(seen, "tls.groups")}:
        return
    if not _settled(seen, "groups"):
        raise _Unsettled("the groups")
    yield f"agrees on keys in neither {' nor '.join(clause.names)}"


def _no_key_is_agreed_on(seen: Observation) -> bool:
    """Whether it was asked for every suite and has none that agrees on a key by Diffie-Hellman."""
    agrees = any("DH" in exchange or exchange == "any" for exchange in _exchanges(seen))
    return _settled(seen, "suites") and not agrees


def _dh_bits(clause: Clause, seen: Observation) -> Iterator[str]:
    bits = seen.facts.get("tls.dh_bits")
    if isinstance(bits, int):
        if bits < clause.limit:
            yield f"agrees on keys with a Diffie-Hellman prime of {bits} bits, below {clause.limit}"
    elif not (_settled(seen, "dh") or (_settled(seen, "suites") and not _has_finite_fields(seen))):
        raise _Unsettled("the Diffie-Hellman prime")


def _has_finite_fields(seen: Observation) -> bool:
    return any(exchange.startswith("DH") and not exchange.startswith("DH/") for exchange in _exchanges(seen))


def _certificate_word(seen: Observation, fact: str) -> str:
    """A fact of the certificate that is a word, in lower case."""
    value = seen.facts.get(fact)
    if not isinstance(value, str) or not value:
        raise _Unsettled("the certificate")
    return value.casefold()


def _key_types(clause: Clause, seen: Observation) -> Iterator[str]:
    kind = _certificate_word(seen, "tls.key_type")
    if kind not in clause.names:
        yield f"its certificate has a key of the kind {kind}, not {' or '.join(clause.names)}"


def _key_sizes(clause: Clause, seen: Observation) -> Iterator[str]:
    kind, bits = _certificate_word(seen, "tls.key_type"), seen.facts.get("tls.key_bits")
    least = clause.sizes.get(kind)
    if least is None:
        return
    if not isinstance(bits, int):
        raise _Unsettled("the certificate")
    if bits < least:
        yield f"its certificate has a key of {kind.upper()} {bits} bits, below {least}"


def _curves(clause: Clause, seen: Observation) -> Iterator[str]:
    if _certificate_word(seen, "tls.key_type") != "ec":
        return
    curve = _certificate_word(seen, "tls.curve")
    if curve not in {name.casefold() for name in clause.names}:
        yield f"its certificate has a key on the curve {curve}, not on {' or '.join(clause.names)}"


def _signature_hashes(clause: Clause, seen: Observation) -> Iterator[str]:
    name = _certificate_word(seen, "tls.signature_hash").replace("-", "")
    if name not in clause.names:
        yield f"its certificate is signed with {name.upper()}, not with {' or '.join(clause.names).upper()}"


def _lifetime(clause: Clause, seen: Observation) -> Iterator[str]:
    try:
        start, end = (datetime.fromisoformat(str(seen.facts[f"tls.{name}"])) for name in ("not_before", "not_after"))
        days = (end - start).days
    except (KeyError, ValueError, TypeError, OverflowError):
        raise _Unsettled("the certificate") from None
    if days > clause.limit:
        yield f"its certificate is valid for {days:,} days, more than {clause.limit:,}"


def _fact(clause: Clause, seen: Observation) -> Iterator[str]:
    value = seen.facts.get(clause.fact)
    if not isinstance(value, bool):
        raise _Unsettled(clause.fact.removeprefix("tls.").replace("_", " "))
    if value is not clause.wanted:
        yield clause.detail


def _hsts(clause: Clause, seen: Observation) -> Iterator[str]:
    age = seen.facts.get("http.hsts")
    if not isinstance(age, int):
        yield "does not ask browsers to stay with HTTPS"
    elif age < clause.limit:
        yield f"asks browsers to stay with HTTPS for {age:,} seconds, fewer than {clause.limit:,}"


_ABOUT: Mapping[str, Callable[[Clause, Observation], Iterable[str]]] = {
    "required-versions": _required_versions,
    "some-version": _some_version,
    "forbidden-versions": _forbidden_versions,
    "suites": _suites,
    "groups": _groups,
    "some-group": _some_group,
    "dh-bits": _dh_bits,
    "key-types": _key_types,
    "key-sizes": _key_sizes,
    "curves": _curves,
    "signature-hashes": _signature_hashes,
    "lifetime": _lifetime,
    "fact": _fact,
    "hsts": _hsts,
}


def _listed(names: Iterable[str]) -> str:
    """The names, the first few of many."""
    known = list(names)
    more = len(known) - _NAMED_AT_MOST
    return ", ".join(known[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
