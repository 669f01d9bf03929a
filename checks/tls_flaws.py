"""The TLS library of the device has a flaw that is known by a name.

What: four flaws. Three of them are tested, but only with `--tls vulnerabilities` at level login; else, and for the fourth, it goes by the version that the
device names, which is a hint and never a proof.

- Heartbleed (CVE-2014-0160), critical: whoever asks for it reads the device's memory, 64 KiB at a time: its private key, passwords, sessions.
- CCS injection (CVE-2014-0224), high: somebody in between makes both ends use keys that he knows.
- ROBOT (CVE-2017-13099 and its like), high: the device tells whether what it decrypted was padded well, so a recorded session without forward secrecy can be
  decrypted with many questions, and a signature be forged.
- Ticketbleed (CVE-2016-9244), high: F5 BIG-IP sends 31 bytes of its memory along. It cannot be tested without reading them, so it never is.

The tests read no memory. The one for Heartbleed sends a heartbeat of three bytes without any payload, to which a vulnerable server answers with none, and a
mended one not at all; nothing that announces more than it holds can be sent. The one for CCS injection sends an early ChangeCipherSpec, and calls a server
vulnerable only if it took it twice, and likely to be if it did not say why it broke off. The one for ROBOT compares the answers to secrets of our own in five
paddings, and counts only what differs in the same way twice. Together they are 14 connections to an endpoint at most, one after the other, and the device's
log may tell of as many failed handshakes.

Who is tested: access points, cameras, firewalls, kiosks, network storage, phones, printers, recorders, routers, servers, signage players and switches. Never a
controller (PLC, RTU, HMI), nor what steers traffic, buildings, doors, lights, power or charging, nor a meter, a sensor or a gateway, nor a management processor
(HP's iLO and iLO 2 hung on tests for Heartbleed), nor a device with a port open where a controller may stand, nor one whose kind is not known.

What they may do: a failed handshake is nothing to a sound server, but a program around an old library may not bear every one. So ask for these tests in a
maintenance window, and of a few devices of each model first.

By the version: a Server header that names OpenSSL 1.0.1 to 1.0.1f beside heartbeats points to Heartbleed, one before 1.0.1h, 1.0.0m and 0.9.8za to CCS
injection (as a server only 1.0.1 is known to give way; older ones only where the device is the client). Makers and distributions mend a library without
changing its number, so such a finding is inferred, counts as medium at most, and goes away when the test finds the device sound.

Why it matters in a city: these flaws are ten years old, have tools that anybody can use, and live on in devices that nobody updates. A key that was read once
stays read: with it a stranger is the camera, or reads along for years.

How to fix: update the firmware. After Heartbleed also make a new key and certificate, and change the passwords that were used on the device. Where there is no
update, turn heartbeats, key exchange by RSA (suites that begin with TLS_RSA) or session tickets off, and let only the management network reach the port.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from checks.components import name_and_version
from checks.contract import Act, Flaw, Inconclusive, Judgement, NotApplicable, check
from checks.firmware import evidence_of
from checks.intelligence import Intelligence, built_in
from checks.rules import breach
from checks.standards import clauses
from checks.tls_endpoint import Spoken, endpoints
from checks.vulnerabilities import published
from inventory.model import Claim, Confidence, Device, Endpoint, Family, Observation, Severity

OFF = "is tested only with --tls vulnerabilities at level login, and never on control equipment or on what nobody knows"
_BEFORE_13 = ("TLSv1.0", "TLSv1.1", "TLSv1.2")
_TESTED = {
    "vuln.heartbleed": ("tls_flaws.heartbleed", "Open to Heartbleed (CVE-2014-0160)"),
    "vuln.ccs": ("tls_flaws.ccs", "Open to CCS injection (CVE-2014-0224)"),
    "vuln.robot": ("tls_flaws.robot", "Open to ROBOT (CVE-2017-13099 and its like)"),
}
_CVES = {
    "vuln.heartbleed": "CVE-2014-0160",
    "vuln.ccs": "CVE-2014-0224",
    "vuln.robot": "CVE-2017-13099",
    "vuln.ticketbleed": "CVE-2016-9244",
}
_CONFIDENCE = {"vulnerable": Confidence.CONFIRMED, "likely": Confidence.LIKELY}
_LETTERED = re.compile(r"(\d+)\.(\d+)\.(\d+)([a-z]{0,2})")
_NUMBERED = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})")
_MENDED_CCS = {(0, 9, 8): "za", (1, 0, 0): "m", (1, 0, 1): "h"}  # OpenSSL Security Advisory, 5 June 2014
_MENDED_HEARTBLEED = "g"  # OpenSSL Security Advisory, 7 April 2014: 1.0.1 to 1.0.1f
_TICKETBLEED = (((11, 4, 0), (11, 6, 1)), ((12, 0, 0), (12, 1, 2)))  # F5, K05121675
_BACKPORTED = "the maker may have mended it without changing that number"
Version = tuple[int, int, int]


@check(
    id="tls-known-flaws",
    title="A known flaw of the TLS library",
    severity=Severity.CRITICAL,
    family=Family.TLS,
    remedy="Update the device's firmware; until then let only the management network reach the port.",
    informed=("intelligence",),
    standards=clauses("CWE-1395", "vulnerable"),
    act=Act.UPDATE,
    sources=("OpenSSL security advisories of 7 April 2014 and 5 June 2014",),
)
def tls_known_flaws(device: Device, intelligence: Intelligence | None = None) -> Judgement:
    """What the tests found, and what the version points to where none was made."""
    intelligence = intelligence or built_in()
    spoken = [one for one in endpoints(device) if one.versions]
    if not spoken:
        raise NotApplicable("speaks no TLS that was agreed on")
    concerned = [one for one in spoken if one.speaks(*_BEFORE_13)]
    tests = {seen.endpoint: seen for seen in device.speaking("tls_flaws")}
    for one in concerned:
        test = tests.get(one.seen.endpoint)
        if test is not None:
            yield from _published(_found(test), intelligence)
        yield from _published(_inferred(device, one, test), intelligence)
    doubts = _gaps(device) + _doubts(concerned, tests)
    if not concerned:
        return f"speaks {' and '.join(dict.fromkeys(v for one in spoken for v in one.versions))} alone, where none of these flaws is"
    if not tests and not _gaps(device):
        raise NotApplicable(OFF)
    if doubts:
        raise Inconclusive("; ".join(doubts))
    return "is sound against Heartbleed, CCS injection and ROBOT, as far as they can be there"


def _published(flaws: Iterable[Flaw], intelligence: Intelligence) -> Iterator[Flaw]:
    """The flaws with what is published of each: its rule stands at the end of its facet."""
    for flaw in flaws:
        yield replace(flaw, vulnerabilities=published((_CVES[flaw.facet.split()[1]],), intelligence))


def _found(test: Observation) -> Iterator[Flaw]:
    """What a test found."""
    for rule, (fact, open_to) in _TESTED.items():
        word, reason = _said(test, fact)
        if word in _CONFIDENCE:
            yield replace(breach(rule, test, f"{open_to}: {reason}."), confidence=_CONFIDENCE[word])


def _inferred(device: Device, one: Spoken, test: Observation | None) -> Iterator[Flaw]:
    """What a version points to, unless a test had its say."""
    yield from _ticketbleed(device, one)
    named = _openssl(device, one)
    if named is None:
        return
    claim, version, letters = named
    if _open("vuln.heartbleed", test) and _bleeds(version, letters) and one.flag("tls.heartbeat"):
        detail = (
            f"Names {claim.value} and offers heartbeats: that version has Heartbleed (CVE-2014-0160), {_BACKPORTED}."
        )
        yield _hint("vuln.heartbleed", device, one, detail, claim=claim)
    if _open("vuln.ccs", test) and _takes_early_keys(version, letters):
        severity, part = (None, "") if version == (1, 0, 1) else (Severity.MEDIUM, " as a client")
        detail = f"Names {claim.value}, which has CCS injection (CVE-2014-0224){part}; {_BACKPORTED}."
        yield _hint("vuln.ccs", device, one, detail, claim=claim, severity=severity)


def _ticketbleed(device: Device, one: Spoken) -> Iterator[Flaw]:
    made_by_f5 = any(claim.value == "F5" for claim in device.claimed("vendor"))
    if not made_by_f5 or not one.flag("tls.tickets"):
        return
    firmware = device.claim("firmware")
    stated = _NUMBERED.search(firmware.value) if firmware else None
    if firmware is None or stated is None:
        detail = "An F5 that gives session tickets: versions before 2017 have Ticketbleed (CVE-2016-9244); its own is not known."
        yield _hint("vuln.ticketbleed", device, one, detail, severity=Severity.LOW)
        return
    version = (int(stated[1]), int(stated[2]), int(stated[3]))
    if any(first <= version <= last for first, last in _TICKETBLEED):
        detail = f"An F5 {firmware.value} that gives session tickets: that version has Ticketbleed (CVE-2016-9244), unless a hotfix mended it."
        yield _hint("vuln.ticketbleed", device, one, detail, claim=firmware)


def _hint(
    rule: str, device: Device, one: Spoken, detail: str, *, claim: Claim | None = None, severity: Severity | None = None
) -> Flaw:
    flaw = breach(rule, one.seen, detail, severity=severity)
    evidence = evidence_of(device, claim) if claim else b""
    return replace(flaw, confidence=Confidence.INFERRED, evidence=evidence or flaw.evidence)


def _openssl(device: Device, one: Spoken) -> tuple[Claim, Version, str] | None:
    """The first version of OpenSSL that is named at the endpoint, or else anywhere on a device that does not speak TLS where it is named.

    Whoever speaks TLS 1.3 has another library in front: OpenSSL has it since 1.1.1.
    """
    if one.speaks("TLSv1.3"):
        return None
    with_tls = {seen.endpoint for seen in device.speaking("tls")}
    for claim in device.claimed("component"):
        named = name_and_version(claim.value)
        stated = _LETTERED.fullmatch(named[1]) if named and named[0].lower() == "openssl" else None
        if stated and (claim.endpoint == one.seen.endpoint or claim.endpoint not in with_tls):
            return claim, (int(stated[1]), int(stated[2]), int(stated[3])), stated[4]
    return None


def _bleeds(version: Version, letters: str) -> bool:
    return version == (1, 0, 1) and _before(letters, _MENDED_HEARTBLEED)


def _takes_early_keys(version: Version, letters: str) -> bool:
    return version < min(_MENDED_CCS) or (version in _MENDED_CCS and _before(letters, _MENDED_CCS[version]))


def _before(letters: str, mended: str) -> bool:
    """Whether a release of OpenSSL came before another of its series: '' < 'a' < … < 'z' < 'za'."""
    return (len(letters), letters) < (len(mended), mended)


def _open(rule: str, test: Observation | None) -> bool:
    """Whether no test has said yet how it is."""
    return test is None or _said(test, _TESTED[rule][0])[0] in {"unclear", ""}


def _doubts(concerned: list[Spoken], tests: Mapping[Endpoint, Observation]) -> list[str]:
    """What the tests left open, at the endpoints that they are for."""
    doubts = []
    for one in concerned:
        where, test = one.seen.endpoint, tests.get(one.seen.endpoint)
        if test is None:
            doubts.append(f"{where} was not tested")
            continue
        unclear = ((rule, *_said(test, fact)) for rule, (fact, _) in _TESTED.items())
        doubts += [f"{where}: {rule.partition('.')[2]}: {why}" for rule, word, why in unclear if word == "unclear"]
    return doubts


def _gaps(device: Device) -> list[str]:
    return [f"{gap.endpoint}: {gap.reason}" for gap in device.gaps if gap.protocol == "tls_flaws"]


def _said(test: Observation, fact: str) -> tuple[str, str]:
    """The word and the reason of a fact such as 'sound: it refuses'."""
    value = test.facts.get(fact)
    word, _, reason = value.partition(": ") if isinstance(value, str) else ("", "", "")
    return word, reason
