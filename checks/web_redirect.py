"""The web pages of the device can be had in clear although it has HTTPS, or HTTPS is not made the only way.

What: two checks. A login is offered by HTTP on a device that has HTTPS too, without leading on to it. And a page that came by HTTPS, from a device that is
called by a name, does not tell the browser to stay with it (Strict-Transport-Security, for 180 days at least; RFC 6797, which has no meaning for addresses).
Where the device has no HTTPS at all, "cleartext-administration" says so.

Why it matters in a city: people type the address without "https", bookmarks are old, and the login comes up as it always did. Whoever listens in the roadside
cabinet or on a shared switch reads the password, although the device could have hidden it.

How to fix: turn HTTP off, or let it lead on to HTTPS ("redirect to HTTPS", "HTTPS only"); then turn HSTS on where the device is called by name.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from checks.cleartext_administration import has_https, logins_in_clear
from checks.contract import Act, Flaw, Judgement, NotApplicable, check
from checks.rules import breach
from checks.standards import clauses
from inventory.model import Device, Family, Observation, Severity

_HALF_A_YEAR = 180 * 24 * 3600
_OK = 200


@check(
    id="http-not-redirected",
    title="Web login in clear beside HTTPS",
    severity=Severity.MEDIUM,
    family=Family.TLS,
    needs=("http",),
    remedy="Turn HTTP off, or let it lead on to HTTPS.",
    standards=clauses("CWE-319", "cleartext"),
    act=Act.SWITCH_OFF,
    sources=("RFC 9325: 3.2",),
)
def http_not_redirected(device: Device) -> Judgement:
    """HTTP logins on a device that has HTTPS as well."""
    logins = tuple(logins_in_clear(device))
    if not logins:
        return "offers no web login in clear"
    if not has_https(device):
        raise NotApplicable("it has no HTTPS that HTTP could lead on to")
    yield from (_not_redirected(seen) for seen in logins if not _leads_to_https(seen))
    return "its web login in clear leads on to HTTPS"


@check(
    id="http-no-hsts",
    title="HTTPS without Strict-Transport-Security",
    severity=Severity.INFO,
    family=Family.TLS,
    needs=("http",),
    remedy="Turn HSTS on with a max-age of 180 days or more, once HTTPS works without a warning.",
    standards=clauses("CWE-319", "cleartext"),
    sources=("RFC 6797: 7",),
)
def http_no_hsts(device: Device) -> Judgement:
    """HTTPS pages of a device that is called by its name, and that do not ask the browser to stay with HTTPS."""
    pages = tuple(_named_pages(device))
    if not pages:
        raise NotApplicable("no page came by HTTPS from a name: HSTS has no meaning for addresses")
    yield from (_no_hsts(seen) for seen in pages if _age(seen) < _HALF_A_YEAR)
    return "asks browsers to stay with HTTPS"


def _not_redirected(seen: Observation) -> Flaw:
    return breach(
        "http.downgrade",
        seen,
        f"The web login on port {seen.endpoint.port} is offered in clear and does not lead on to the HTTPS that the device has.",
    )


def _leads_to_https(seen: Observation) -> bool:
    location = seen.facts.get("http.location")
    try:
        return isinstance(location, str) and urlsplit(location).scheme == "https"
    except ValueError:
        return False


def _named_pages(device: Device) -> Iterator[Observation]:
    """Errors are left out: servers add the header to pages alone."""
    named = {seen.endpoint for seen in device.speaking("tls") if seen.facts.get("tls.server_name")}
    for seen in device.speaking("http"):
        if seen.facts.get("http.tls") is True and seen.endpoint in named and seen.facts.get("http.status") == _OK:
            yield seen


def _age(seen: Observation) -> int:
    age = seen.facts.get("http.hsts")
    return age if isinstance(age, int) else 0


def _no_hsts(seen: Observation) -> Flaw:
    age = _age(seen)
    told = (
        f"asks browsers to stay with HTTPS for {age} seconds only"
        if age
        else "does not ask browsers to stay with HTTPS"
    )
    return breach("http.hsts", seen, f"The page on port {seen.endpoint.port} {told}.")
