"""What a notice says: plain text, short, and with nothing in it that a mail program or a chat service takes for a link, a mention or a command. Pure.

A notice leaves the house, by mail or through somebody else's chat service, and a list of the city's open doors with their addresses is what an attacker would
pay for. So by default it says what was found, on what kind of device, at which site and under which id: who may read the inventory finds the rest by the id.
With `details` it names the address, the port, the maker and the model as well. Accounts, evidence, serial numbers and MAC addresses never leave.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from inventory.diff import FindingState
from inventory.model import Severity
from inventory.news import Happened, News
from inventory.text import one_line
from scanner.news import Summary

AT_MOST = 20
"""So many items are told one by one; the others are counted."""
_TITLE = 160
_ITEM = 100
_ACTIVE = re.compile(r"[^\w \-,/()+':;%.\[\]]|_|//|\.(?=[^\W\d_])|\](?=\()")
"""What markup, mentions and addresses are made of; a point before a letter is what makes a name a link."""
_GRAVE = (Severity.CRITICAL, Severity.HIGH)
_ALONE = (Happened.FIRST, Happened.QUARANTINED)


def inert(text: str, limit: int = _ITEM) -> str:
    """What a device said as one line of at most `limit` characters that nothing interprets: each character that could be taken for more is a "·"."""
    return re.sub("·+", "·", _ACTIVE.sub("·", one_line(text, limit)))


def heading(city: str, site: str, news: Sequence[News]) -> str:
    """The title of a notice: "[Tocsin] Riverside/traffic-north: 2 new critical"."""
    counts = Counter((one.severity, one.what) for one in news if one.what not in _ALONE)
    kinds = list(Happened)
    order = sorted(counts, key=lambda pair: (-pair[0], kinds.index(pair[1])))
    parts = [f"{counts[pair]} {pair[1]} {pair[0].label}" for pair in order]
    parts += [inert(one.title) for one in news if one.what is Happened.FIRST][:1]
    if held := sum(one.what is Happened.QUARANTINED for one in news):
        parts.append(f"{held} quarantined")
    return _titled(city, site, ", ".join(parts))


def message(news: Sequence[News], *, details: bool) -> str:
    """The text of a notice, an item a line; what is told late says since when it is known."""
    newest = max((one.since for one in news), default=None)
    lines = [_item(one, newest, details=details) for one in news[:AT_MOST]]
    if len(news) > AT_MOST:
        lines.append(f"and {len(news) - AT_MOST} more")
    if not details and any(one.finding for one in news):
        lines += ["", "Which devices these are, the reports and the inventory say under the ids of the findings."]
    return "\n".join(lines) + "\n"


def digest_heading(city: str, sites: Sequence[Summary]) -> str:
    """The title of the digest of a night."""
    where = inert(sites[0].site) if len(sites) == 1 else f"{len(sites)} sites"
    return _titled(city, where, f"the night: {', '.join(_came_to(sites))}")


def _came_to(sites: Sequence[Summary]) -> Iterator[str]:
    """In counts: what is new, back and fixed where there is something to compare with, and what a first look found."""
    compared = [one for one in sites if not one.first]
    states = Counter[FindingState]()
    for one in compared:
        states.update(dict(one.findings))
    if compared:
        yield f"{states[FindingState.NEW]} new"
        if states[FindingState.REGRESSED]:
            yield f"{states[FindingState.REGRESSED]} back"
        yield f"{states[FindingState.FIXED]} fixed"
    if first := [one for one in sites if one.first]:
        left = Counter[Severity]()
        for one in first:
            left.update(dict(one.left))
        yield "a first look" if not compared else f"a first look at {len(first)} site{'' if len(first) == 1 else 's'}"
        grave = [f"{left[severity]} {severity.label}" for severity in _GRAVE if left[severity]]
        yield from grave or ["nothing high or critical"]


def digest(sites: Sequence[Summary]) -> str:
    """The text of the digest: what the night came to at each site."""
    parts = ["\n".join(_site(one)) for one in sites[:AT_MOST]]
    if len(sites) > AT_MOST:
        parts.append(f"and {len(sites) - AT_MOST} more sites")
    return "\n\n".join(parts) + "\n"


def _titled(city: str, site: str, what: str) -> str:
    where = "/".join(filter(None, (inert(city), inert(site)))) or "all networks"
    return one_line(f"[Tocsin] {where}: {what}", _TITLE)


def _item(one: News, newest: datetime | None, *, details: bool) -> str:
    late = f"; seen since {one.since:%Y-%m-%d %H:%M} UTC" if newest and one.since < newest else ""
    if one.what is Happened.FIRST:
        return f"{inert(one.title)}{late}"
    about = ", ".join(filter(None, (_device(one, details=details), f"finding {one.finding}" if one.finding else "")))
    how = f"{one.severity.label}, {one.what}" if one.what is not Happened.QUARANTINED else str(one.what)
    return f"{how}: {inert(one.title, 2 * _ITEM)}{f' ({about})' if about else ''}{late}"


def _device(one: News, *, details: bool) -> str:
    """What the device is; where it is only with `details`."""
    what = inert(one.kind) or ("a device of unknown kind" if one.address else "")
    if details and one.address:
        named = " ".join(filter(None, (what, inert(one.name))))
        what = " ".join(filter(None, (named, "at", one.address, one.where)))
    return f"new device: {what}" if one.is_new else what


def _site(one: Summary) -> Iterator[str]:
    yield f"{inert(one.site) or 'all networks'}: {one.there} device{'' if one.there == 1 else 's'}, scan {one.scan}"
    if one.first:
        yield "  the first look: there is nothing to compare with"
    if one.findings:
        yield f"  findings: {', '.join(f'{count} {state.value}' for state, count in one.findings)}"
    if one.devices:
        yield f"  devices: {', '.join(f'{count} {state.value}' for state, count in one.devices)}"
    if not (one.first or one.findings or one.devices):
        yield "  nothing changed"
    yield f"  left: {', '.join(f'{count} {severity.label}' for severity, count in one.left) or 'nothing'}"
    if one.missed:
        yield f"  not examined in full: {one.missed} device{'' if one.missed == 1 else 's'}"
    if one.incomplete:
        yield "  the scan did not end: the next night goes on with it"
    if one.reports:
        yield f"  reports: {one_line(one.reports)}"
