"""The device lets in whoever knows its manual, or whoever types anything at all.

What: two checks, at level login only. Every login that a device offers (web pages and their forms, Telnet, SSH, FTP, RTSP, ONVIF, SIP, MQTT, VNC, IPMI, SNMPv3,
databases) is asked first what it tells a stranger. Then the accounts that the maker documents for this very product are offered, the likeliest first, and the
first that opens ends it; it counts only if a random pair is refused (default-credentials). A login that the random pair opens accepts any password
(accepts-any-password). No list of passwords is run through, and a device that was not identified is offered nothing but the random pair. Within 24 hours a
device bears two failed logins at most, or two less than its maker's documented lock, and one account is offered twice at most; what was answered in that time
is not asked again, and what is left over waits for the next night (`tocsin ledger show`).

Why it matters in a city: this is how the Mirai worms took half a million cameras and recorders. The default account is in the manual, the manual is
on the web, and it mostly opens everything: picture, configuration, firmware.

How to fix: give the device a password of its own today, kept in the city's password store, and remove or lock the accounts you do not need. Then look
through the device's log for strangers, and see that it cannot be reached from outside. A login that accepts anything must be turned off at once; if
the firmware offers no true one, take the device off the network until it is replaced.
"""

from checks.catalogue import Catalogue, shipped_catalogue
from checks.contract import Act, Flaw, Inconclusive, Judgement, NotApplicable, check
from checks.credentials import entry_named
from checks.doors import HEARD
from checks.standards import clauses
from checks.trial import End, Tried, try_doors
from inventory.ledger import told
from inventory.model import Device, Family, Level, Severity


@check(
    id="default-credentials",
    title="A documented default account opens the device",
    severity=Severity.CRITICAL,
    family=Family.CREDENTIALS,
    needs=HEARD,
    level=Level.LOGIN,
    informed=("catalogue",),
    remedy="Give the account a password of its own today, then look through the device's log for strangers.",
    standards=clauses("CWE-1392", "default-credentials"),
    sources=("the catalogue of documented accounts, each with its own source",),
)
def default_credentials(device: Device, catalogue: Catalogue | None = None) -> Judgement:
    """The accounts documented for the identified product, each proved by its controls."""
    catalogue = catalogue or shipped_catalogue()
    tried = yield from try_doors(device, catalogue, undocumented=False)
    yield from (_default(one) for one in tried if one.end is End.DEFAULT)
    if not any(one.documented for one in tried):
        raise NotApplicable(_undocumented(device, catalogue))
    others = [_told(one) for one in tried if one.end is not End.DEFAULT]
    if any(one.documented and one.end is End.UNKNOWN for one in tried):
        raise Inconclusive("; ".join(others))
    if not any(one.end in {End.SHUT, End.DEFAULT} for one in tried):
        raise NotApplicable("; ".join(others))
    return "; ".join(others)


@check(
    id="accepts-any-password",
    title="The login accepts any password",
    severity=Severity.CRITICAL,
    family=Family.CREDENTIALS,
    needs=HEARD,
    level=Level.LOGIN,
    informed=("catalogue",),
    remedy="Turn this service off, or take the device off the network until its login works or it is replaced.",
    standards=clauses("CWE-287", "weak-authentication"),
    act=Act.SWITCH_OFF,
    sources=("OWASP Web Security Testing Guide 4.2: WSTG-ATHN-04",),
)
def accepts_any_password(device: Device, catalogue: Catalogue | None = None) -> Judgement:
    """A user and a password that nobody ever set, on each login."""
    tried = yield from try_doors(device, catalogue or shipped_catalogue(), undocumented=True)
    for one in tried:
        if one.end is End.ANYTHING:
            detail = f"A random user name with a random password opened {one.door}, so its login is none.{_since(one)}"
            yield Flaw(one.door.endpoint, detail, one.answer.evidence)
    unknown = [str(one) for one in tried if one.end in {End.UNKNOWN, End.SPARED} and not one.refuses]
    if unknown:
        raise Inconclusive("; ".join(unknown))
    refusing = [str(one.door) for one in tried if one.refuses]
    return f"a wrong pair was refused by {', '.join(refusing)}" if refusing else "asks for no login"


def _default(one: Tried) -> Flaw:
    account = one.account
    assert account is not None, "what opened was an account"
    detail = (
        f"The documented default account {account.user!r} (catalogue entry {account.id}) opened {one.door};"
        f" a random pair was refused there.{_since(one)}"
    )
    return Flaw(
        one.door.endpoint,
        detail,
        one.answer.evidence,
        account=f"{account.id}: {account.user}",
        sources=(entry_named(account.id),),
    )


def _since(one: Tried) -> str:
    when = one.answer.when
    return f" That was seen at {told(when)}, and is not asked again within 24 hours." if when else ""


def _told(one: Tried) -> str:
    if one.end is End.ANYTHING:
        return f"{one.door}: accepts any password, which is reported as that"
    return str(one) if one.documented or one.end is End.NO_LOGIN else f"{one.door}: {End.UNDOCUMENTED.value}"


def _undocumented(device: Device, catalogue: Catalogue) -> str:
    names = [claim.value for claim in (device.claim("vendor"), device.claim("model")) if claim]
    if device.claim("vendor") is None:
        return "its maker was not identified, so no documented account is known to try"
    if why := catalogue.has_none(device):
        return f"its maker documents no default account: {why}"
    return f"no default account is documented for {' '.join(names)}"
