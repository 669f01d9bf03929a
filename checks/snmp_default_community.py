"""The device answers SNMP to a community that everyone knows.

What: at level login only, one read-only GET of the system group is sent with at most two communities: those that the maker documents for this
product, then `public`, then `private` (for what runs traffic by NTCIP then `administrator`, as its MIB has it). When one is answered, a random one is
sent as a control; a device that answers that too accepts any community, and is reported as that. No value is ever set. SNMP is asked for even where it
was not seen, because an agent is silent to a community that it does not know. The device is then asked, with the community that it answers to, what it
is: reading only, too.

Why it matters in a city: traffic controllers, signs and UPS are run by SNMP. A known community shows an attacker the whole configuration, and with
write access (which the same word often gives) it changes signal plans, sign texts and outlets.

How to fix: switch to SNMPv3 with authentication and privacy; where the device knows only versions 1 and 2c, set a long community of its own,
read-only, and let only the management host reach port 161. Turn SNMP off where nobody uses it.
"""

from collections.abc import Iterator
from hashlib import sha256

from checks.catalogue import Catalogue, shipped_catalogue
from checks.contract import Account, Act, Answer, Flaw, Inconclusive, Judgement, Login, Verdict, ask, check
from checks.credentials import entry_named
from checks.standards import clauses
from inventory.ledger import told
from inventory.model import Confidence, Device, Endpoint, Family, Level, Severity

ATTEMPTS = 2
"""How many communities are tried on one device, besides the control."""
_EVERYWHERE = (Account("snmp-public", "", "public"), Account("snmp-private", "", "private"))
_TRAFFIC = (_EVERYWHERE[0], Account("ntcip-administrator", "", "administrator"))
"""The DEFVALs of communityNameUser and communityNameAdmin in the MIB of NTCIP 1201 (security node)."""
_TRAFFIC_KINDS = frozenset(("traffic-controller", "message-sign", "weather-station"))
_SILENCE = frozenset((Verdict.REFUSED, Verdict.UNREACHED, Verdict.NO_LOGIN_ASKED))


@check(
    id="snmp-default-community",
    title="SNMP answers to a default community",
    severity=Severity.HIGH,
    family=Family.CREDENTIALS,
    level=Level.LOGIN,
    informed=("catalogue",),
    remedy="Switch to SNMPv3, or set a community of its own and let only the management host reach port 161; turn SNMP off where unused.",
    standards=clauses("CWE-1392", "default-credentials"),
    sources=(
        "RFC 3584: 5",
        "RFC 1157: 4.1",
    ),
)
def snmp_default_community(device: Device, catalogue: Catalogue | None = None) -> Judgement:
    """At most two well-known communities, and a random one when one of them is answered."""
    endpoint = Endpoint(device.address, 161, "udp")
    doubts: list[str] = []
    for account in list(_communities(device, catalogue or shipped_catalogue()))[:ATTEMPTS]:
        answer = yield from ask(_question(endpoint, account))
        if answer.verdict is Verdict.OPENED:
            control = yield from ask(_question(endpoint, random_community(device)))
            yield _flaw(endpoint, account, answer, control)
            return "answers to a documented community"
        if answer.verdict not in _SILENCE:
            doubts.append(f"{account.id}: {answer.verdict.value}{f' ({answer.reason})' if answer.reason else ''}")
    if doubts:
        raise Inconclusive("; ".join(doubts))
    return "answers to no documented community"


def _question(endpoint: Endpoint, account: Account) -> Login:
    """SNMP knows no lock: an agent counts a wrong community (snmpInBadCommunityNames, RFC 3418), and no more."""
    return Login(endpoint, "snmp", account, locks=False)


def random_community(device: Device) -> Account:
    """A community that nobody ever set, the same whenever it is asked of this device."""
    digest = sha256(f"tocsin control community\0{device.identity}".encode()).hexdigest()
    return Account("control:random", "", f"Q{digest[:15]}")


def _communities(device: Device, catalogue: Catalogue) -> Iterator[Account]:
    """The maker's own first, then the two that are everywhere, or everywhere in traffic; each once."""
    asked: set[str] = set()
    own = (account for entry in catalogue.documented(device) if "snmp" in entry.protocols for account in entry.accounts)
    kind = device.claim("kind")
    usual = _TRAFFIC if kind and kind.value in _TRAFFIC_KINDS else _EVERYWHERE
    for account in (*own, *usual):
        if account.password not in asked:
            asked.add(account.password)
            yield account


def _flaw(endpoint: Endpoint, account: Account, answer: Answer, control: Answer) -> Flaw:
    if control.verdict is Verdict.OPENED:
        return Flaw(
            endpoint,
            "Answered a random community too, so it answers any.",
            control.evidence,
            title="SNMP answers to any community",
            standards=clauses("CWE-287", "weak-authentication"),
            act=Act.ACCESS,
        )
    said = f"Answered to the well-known community of catalogue entry {account.id}"
    since = f" That was seen at {told(answer.when)}, and is not asked again within 24 hours." if answer.when else ""
    if control.verdict in _SILENCE:
        detail = f"{said}; a random one was not answered.{since}"
        return Flaw(endpoint, detail, answer.evidence, account=account.id, sources=(entry_named(account.id),))
    detail = f"{said}; the random control could not be asked.{since}"
    sure, sources = Confidence.LIKELY, (entry_named(account.id),)
    return Flaw(endpoint, detail, answer.evidence, confidence=sure, account=account.id, sources=sources)
