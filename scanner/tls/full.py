"""A TLS server asked in full: SSL 2.0, every suite of every version, who decides on the suite, every group, and the smallest Diffie-Hellman prime."""

from inventory.errors import PeerError
from inventory.model import Facts, FactValue
from scanner.codecs.ssl2 import Ssl2
from scanner.codecs.tls_codec import SSL20, VERSIONS
from scanner.conversation import Conversation, Depth
from scanner.tls import ssl2
from scanner.tls.asking import Asker
from scanner.tls.enumeration import Enumeration
from scanner.tls.facts import names
from scanner.tls.group_names import group_name
from scanner.tls.groups import find_groups
from scanner.tls.primes import prime_name

_NAMES = (SSL20.name, *(version.name for version in VERSIONS))
_BY_SUITES = (
    "suites",
    "null",
    "anonymous",
    "export",
    "rc4",
    "des",
    "3des",
    "md5",
    "cbc-sha1",
    "static",
    "forward-secrecy",
    "aead",
    "dh",
)
_TOLERANCE = "tolerance: "
_BY_GROUPS = ("groups", "weak-curves")


def in_full(asker: Asker, known: Facts) -> Conversation[dict[str, FactValue]]:
    """What comes to the facts that are `known`, or takes their place. Whatever the server does ends in facts, and in the reason why they are not all."""
    told, before = names(known, "tls.versions"), asker.asked
    spoken = frozenset(version for version in VERSIONS if version.name in told)
    enumeration = Enumeration(asker, spoken, preference=str(known.get("tls.preference", "")))
    unsettled = enumeration.unsettled
    old = None if "sslv2" in names(known, "tls.settled") else (yield from _ssl2(asker, unsettled))
    yield from enumeration.run()
    groups: list[int] = []
    yield from _groups(enumeration, groups)
    hellos = known.get("tls.hellos", before)
    return {
        "tls.depth": str(Depth.FULL),
        "tls.hellos": (hellos if isinstance(hellos, int) else before) + asker.asked - before,
        **_accepted(enumeration, old, known),
        **_agreed(enumeration, groups, known),
        **_intolerant(enumeration, known),
        **_settled(enumeration, known),
    }


def _ssl2(asker: Asker, unsettled: list[str]) -> Conversation[Ssl2 | None]:
    try:
        return (yield from ssl2.ask(asker))
    except PeerError as error:
        unsettled.append(f"sslv2: {error}")
        return None


def _groups(enumeration: Enumeration, found: list[int]) -> Conversation[None]:
    if enumeration.stopped:
        enumeration.unsettled.append("groups: it had stopped answering")
        return
    try:
        yield from find_groups(enumeration.asker, enumeration.accepted, found)
    except PeerError as error:
        enumeration.unsettled.append(f"groups: {error}")


def _accepted(enumeration: Enumeration, old: Ssl2 | None, known: Facts) -> dict[str, FactValue]:
    """The suites by version, and the versions: one that has but suites that no browser offers is new here."""
    found = {version.name: list(suites) for version, suites in enumeration.accepted.items()}
    if old is not None:
        found[SSL20.name] = list(old.suites)
    for name, _, code in (text.partition(" 0x") for text in names(known, "tls.accepted")):
        found[name] = [*found.get(name, ()), *([code] if code not in found.get(name, ()) else ())]
    spoken = {*names(known, "tls.versions"), *found}
    return {
        "tls.versions": tuple(name for name in _NAMES if name in spoken),
        "tls.accepted": tuple(f"{name} 0x{code}" for name in _NAMES for code in found.get(name, ())),
    }


def _agreed(enumeration: Enumeration, groups: list[int], known: Facts) -> dict[str, FactValue]:
    """Who decides, the groups, and the smallest prime of all that were seen."""
    facts: dict[str, FactValue] = {"tls.preference": enumeration.preference} if enumeration.preference else {}
    found = dict.fromkeys((*(group_name(group) for group in groups), *names(known, "tls.groups")))
    facts |= {"tls.groups": tuple(found)} if found else {}
    prime, before = enumeration.prime, known.get("tls.dh_bits")
    if prime and not (isinstance(before, int) and before <= prime.bit_length()):
        facts |= {"tls.dh_bits": prime.bit_length(), "tls.dh_prime": prime_name(prime)}
    return facts


def _intolerant(enumeration: Enumeration, known: Facts) -> dict[str, FactValue]:
    """What it did not bear, and was asked in another way."""
    told = [text.split(": ") for text in enumeration.unsettled if text.startswith(_TOLERANCE)]
    found = (*names(known, "tls.intolerant"), *(f"long hellos of {version}" for _, version, *_ in told))
    return {"tls.intolerant": tuple(dict.fromkeys(found))} if found else {}


def _settled(enumeration: Enumeration, known: Facts) -> dict[str, FactValue]:
    """What was asked to its end here stands for itself, whatever was open before."""
    left = [text for text in enumeration.unsettled if not text.startswith(_TOLERANCE)]
    open_still = {text.partition(":")[0] for text in left}
    settled = [*names(known, "tls.settled"), *(("sslv2",) if "sslv2" not in open_still else ())]
    settled += _BY_SUITES if "suites" not in open_still else ()
    settled += ("server-preference",) if enumeration.preference else ()
    settled += _BY_GROUPS if not {"suites", "groups"} & open_still else ()
    unsettled = [text for text in names(known, "tls.unsettled") if text.partition(":")[0] not in settled]
    return {
        "tls.settled": tuple(dict.fromkeys(settled)),
        "tls.unsettled": tuple(dict.fromkeys((*unsettled, *left))),
    }
