"""The devices as the page's script reads them: short names, no key where there is nothing to say, and texts by their numbers (`texts`).

What each key holds is said once, here; the script's files are its only readers:

    i identity   a addresses   m MAC   z its maker   v vendor   t model   k kind   n name   s serial   h hardware   w firmware version
    b band (0 info … 4 critical, -1 nothing counts)   c score   d due   e why then   x SSVC decision   y why so many points
    p department   l site   r owner   u criticality   j exposure   g places from which it was reached   q quarantine   o not believed, and why
    N addresses that it was heard to have, and nobody asks   f what else it says of itself, by the claim's name   D the day on which it was seen
    A age of the firmware   C clues   F findings   S services   O outcomes   G gaps   I identity's reasons   B what stands behind it   U counters
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from checks.standards import in_words, whom_they_bind
from inventory.ages import Clue, FirmwareAge
from inventory.findings import Finding, Vulnerability
from inventory.model import Device, Endpoint, FactValue, Observation, Status
from inventory.quarantine import Quarantine
from inventory.report import Assessment
from inventory.text import visible
from scanner.accepted import acceptance_in_words
from scanner.edition import NO_MOMENT
from scanner.parts import parts_in_words
from scanner.report.html.texts import Texts, compact
from scanner.score import effective, moved_by
from scanner.subjects import SAID

_EVIDENCE, _FACT, _FACTS, _CLUES, _HOLES = 512, 160, 40, 12, 20
_CLAIMS = {"v": "vendor", "t": "model", "k": "kind", "s": "serial", "h": "hardware", "w": "firmware"}
_STATUSES = tuple(Status)


def written(assessments: Iterable[Assessment], texts: Texts) -> Iterator[str]:
    """The list of all devices as JSON, a device at a time; `texts` is to be written after it."""
    before = "["
    for assessment in assessments:
        yield f"{before}\n{compact(record(assessment, texts))}"
        before = ","
    yield "[]" if before == "[" else "\n]"


def record(assessment: Assessment, texts: Texts) -> dict[str, Any]:
    """One device with all that is known and judged of it."""
    device = assessment.device
    whole = {
        "i": device.identity,
        "a": device.addresses,
        "N": list(device.noted),
        **_who(assessment, texts),
        **_rank(assessment, texts),
        **_place(assessment, texts),
        "D": texts(_day(assessment.when.date()) if assessment.when != NO_MOMENT else ""),
        "A": _age(assessment.firmware, texts),
        "C": [_clue(clue, texts) for clue in assessment.firmware.clues[:_CLUES]],
        "F": [_finding(finding, texts) for finding in assessment.findings],
        "S": list(_services(device, texts)),
        "O": list(_outcomes(assessment, texts)),
        "G": [
            texts(f"{gap.protocol} on {where(gap.endpoint)}: {gap.reason}") for gap in sorted(device.gaps, key=_of_gap)
        ],
        "I": [texts(line) for line in (*device.why, *device.conflicts)],
        "B": [texts(line) for line in parts_in_words(device)],
        "U": [texts(uptime) for uptime in assessment.uptime],
    }
    return {key: value for key, value in whole.items() if value not in (None, [], {}, 0, "") or key in "bc"}


def where(endpoint: Endpoint) -> str:
    """ "23/tcp"; "device" where the whole of it is meant."""
    return f"{endpoint.port}/{endpoint.transport}" if endpoint.port else "device"


def quarantined(entry: Quarantine | None) -> str:
    """Why a device is left alone, and since when where moments are told; "" where it is not."""
    if entry is None:
        return ""
    return str(entry) if entry.since != NO_MOMENT else f"in quarantine: {entry.reason}"


def _of_gap(gap: Any) -> tuple[object, ...]:
    return gap.endpoint.sort_key, gap.protocol, gap.reason


def _who(assessment: Assessment, texts: Texts) -> dict[str, Any]:
    device = assessment.device
    claims = {key: device.claim(name) for key, name in _CLAIMS.items()}
    name = assessment.context.name or _best(device, "name")
    return {
        "m": device.mac,
        "z": texts(device.mac_vendor),
        **{key: texts(claim.value) for key, claim in claims.items() if claim is not None},
        "n": texts(name),
        "f": dict(_further(device, {"name": name, "mac": device.mac}, texts)),
        "q": texts(quarantined(assessment.quarantine)),
        "o": texts(device.untrusted),
    }


def _further(device: Device, shown: Mapping[str, str | None], texts: Texts) -> Iterator[tuple[str, list[int]]]:
    """What it says of itself besides what is shown, which is the best of its claims where `shown` does not say."""
    for name in SAID:
        claims = device.claimed(name)
        told = shown[name] if name in shown else _best(device, name)
        values = dict.fromkeys(claim.value for claim in claims if claim.value != told)
        if values:
            yield name, [texts(value) for value in values]


def _best(device: Device, name: str) -> str:
    claim = device.claim(name)
    return claim.value if claim else ""


def _rank(assessment: Assessment, texts: Texts) -> dict[str, Any]:
    score = assessment.score
    return {
        "b": int(score.band) if assessment.counted else -1,
        "c": round(score.value, 1),
        "d": texts(score.due),
        "e": texts(score.due_why),
        "x": texts(score.decision),
        "y": [texts(line) for line in score.why],
    }


def _place(assessment: Assessment, texts: Texts) -> dict[str, Any]:
    context = assessment.context
    return {
        "p": texts(context.department),
        "l": texts(context.site),
        "r": texts(context.owner),
        "u": texts(context.criticality),
        "j": texts(context.exposure),
        "g": texts(", ".join(context.vantages)),
    }


def _age(age: FirmwareAge, texts: Texts) -> list[Any] | None:
    """First and last day, how sure, and the day of the newest code."""
    if not (age.not_before or age.not_after or age.code):
        return None
    return [_day(age.not_before), _day(age.not_after), texts(age.confidence.label), _day(age.code)]


def _clue(clue: Clue, texts: Texts) -> int:
    place = where(clue.endpoint) if clue.endpoint else ""
    named = (clue.method, clue.detail, clue.confidence.label, place, clue.set_aside)
    return texts.row(_day(clue.not_before), _day(clue.not_after), *map(texts, named))


def _finding(finding: Finding, texts: Texts) -> list[Any]:
    """Its general part by number, severity, what it counts as, confidence, place, detail, evidence, id, and what moves or accepts it."""
    clauses, bound = _cited(finding.standards)
    general = texts.row(
        texts(finding.check),
        texts(finding.family.value),
        texts(finding.title),
        texts(finding.remedy),
        tuple(map(texts, clauses)),
        texts(bound),
        tuple(map(texts, finding.sources)),
        texts(finding.act),
    )
    said = [
        general,
        int(finding.severity),
        int(effective(finding)),
        texts(finding.confidence.label),
        texts(where(finding.endpoint)),
        texts(finding.detail),
        texts(visible(finding.evidence, _EVIDENCE)),
        finding.id,
        texts(finding.account),
        [texts(line) for line in moved_by(finding)],
        texts(acceptance_in_words(finding.accepted)) if finding.accepted else 0,
        _holes(finding.vulnerabilities, texts),
    ]
    while said[-1] in (0, []):
        said.pop()
    return said


@lru_cache(maxsize=1024)  # a fleet has a few hundred kinds of findings
def _cited(standards: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The standards as a person reads them, and whom they bind."""
    return in_words(standards), whom_they_bind(standards)


def _holes(holes: tuple[Vulnerability, ...], texts: Texts) -> list[int]:
    """The worst published holes in words, and how many there are besides."""
    told = [texts(f"{hole.cve}{', known to be exploited' if hole.exploited else ''}") for hole in holes[:_HOLES]]
    more = len(holes) - _HOLES
    return [*told, texts(f"{more} more")] if more > 0 else told


def _services(device: Device, texts: Texts) -> Iterator[int]:
    """What each protocol said, and the open ports at which none did; a 1 at the end of what was heard where no port is open."""
    heard = {seen.endpoint for seen in device.observations}
    mute: list[tuple[Endpoint, Observation | None]] = [(one, None) for one in device.open_ports if one not in heard]
    found = [*mute, *((seen.endpoint, seen) for seen in device.observations)]
    for endpoint, seen in sorted(found, key=lambda one: (one[0].sort_key, one[1].protocol if one[1] else "")):
        place = f"{endpoint.address} " if endpoint.address != device.address else ""
        closed = () if endpoint in device.open_ports else (1,)
        yield texts.row(texts(f"{place}{where(endpoint)}"), *(_said(device, seen, texts) if seen else ()), *closed)


def _said(device: Device, seen: Observation, texts: Texts) -> tuple[Any, ...]:
    """The protocol, the component that was recognised, what stands behind it, and the facts by name."""
    components = [claim.value for claim in device.claimed("component") if claim.endpoint == seen.endpoint]
    product = next(iter(components), "") if not seen.behind else ""
    facts = sorted(seen.facts.items())
    told = tuple((texts(name), texts(_fact(value))) for name, value in facts[:_FACTS])
    return texts(seen.protocol), texts(product), texts(seen.behind), told, max(len(facts) - _FACTS, 0)


def _fact(value: FactValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    return text if len(text) <= _FACT else f"{text[:_FACT]} …"


def _outcomes(assessment: Assessment, texts: Texts) -> Iterator[int]:
    """The checks that ended alike, together: how, why, and which they are."""
    alike: dict[tuple[int, str], list[int]] = {}
    for outcome in sorted(assessment.outcomes, key=lambda one: one.check):
        key = (_STATUSES.index(outcome.status), outcome.reason)
        alike.setdefault(key, []).append(texts(outcome.check))
    for (status, reason), checks in sorted(alike.items()):
        yield texts.row(status, texts(reason), tuple(checks))


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
