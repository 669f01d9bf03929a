"""What devices of a city cause together: an account that opens several, a key that several have, and firmware that is older than on their equals."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lab.fake import Fake
from lab.plan import Placed
from lab.services.old_tls import OldTls

_ONE_ACCOUNT = "fleet-default-account"
_COMMUNITY = f"{_ONE_ACCOUNT}: the community "
"""How what is shared begins where it is a community; of other accounts it says whose they are."""
_DROWN = "tls-drown"
_Groups = Mapping[str, Sequence[Placed]]


def fleet(placed: Sequence[Placed]) -> list[dict[str, Any]]:
    """Each finding that two or more of the devices cause together, and laggards: the check and the addresses."""
    groups = _groups((what, one) for one in placed for what in _together(one.fake))
    together = [
        {"check": what.partition(":")[0], "devices": _addresses(members)}
        for what, members in groups.items()
        if len(members) > 1 and (not what.startswith(_DROWN) or any(_speaks_ssl2(one.fake) for one in members))
    ]
    return [*together, *_laggards(placed)]


def _together(fake: Fake) -> Iterator[str]:
    """What it shares with others. A default account of which it does not say who has it too is one that its copies have."""
    yield from fake.together
    accounts = {what.startswith(_COMMUNITY) for what in fake.together if what.startswith(_ONE_ACCOUNT)}
    causes = {expected.check for expected in fake.causes}
    for check, is_community in (("default-credentials", False), ("snmp-default-community", True)):
        if check in causes and is_community not in accounts:
            yield f"{_ONE_ACCOUNT}: {check} of {fake.name}"


def _laggards(placed: Sequence[Placed]) -> list[dict[str, Any]]:
    """Of each model, those that run an older version than the newest that stands in the city."""
    equals = _groups((one.fake.older_than or one.fake.name, one) for one in placed if one.fake.firmware)
    found = []
    for members in equals.values():
        newest = max(_version(one) for one in members)
        if older := [one for one in members if _version(one) < newest]:
            found.append({"check": "firmware-laggard", "devices": _addresses(older)})
    return found


def _version(one: Placed) -> tuple[int, ...]:
    """The numbers of its firmware's version, which the versions of one model are ordered by."""
    return tuple(int(number) for number in re.findall(r"\d+", one.fake.firmware or ""))


def _speaks_ssl2(fake: Fake) -> bool:
    """Whether it gives away what others with its key encrypt (CVE-2016-0800)."""
    served = (service for service in fake.services if isinstance(service, OldTls))
    return any(version == "SSLv2" for service in served for version, _ in service.accepts)


def _groups(pairs: Iterable[tuple[str, Placed]]) -> _Groups:
    groups: dict[str, list[Placed]] = {}
    for what, one in pairs:
        groups.setdefault(what, []).append(one)
    return dict(sorted(groups.items()))


def _addresses(members: Iterable[Placed]) -> list[str]:
    return sorted(one.address for one in members)
