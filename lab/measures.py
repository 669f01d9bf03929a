"""What a town can do about a device, as settings: what each kind of measure changes, and which findings it lifts or causes."""

from dataclasses import replace

from lab.account import Account
from lab.fake import TLS, Expected
from lab.services.http import Http
from lab.settings import Change, Choice, Community, Password, Port

SNMP: Port = (161, "udp")
_CERTIFICATES: dict[str, tuple[str, tuple[str, ...]]] = {
    "own": ("modern", ()),
    "factory": ("self-signed", ("tls-certificate-self-signed", "tls-certificate-hygiene")),
    "expired": ("expired", ("tls-certificate-expired",)),
    "first-start": (
        "first-start",
        (
            "tls-certificate-expiring",
            "tls-certificate-default-date",
            "tls-certificate-self-signed",
            "tls-certificate-hygiene",
        ),
    ),
}
"""The recipe of each value, and the findings that it causes."""


def found(port: Port | int, *checks: str) -> frozenset[Expected]:
    """The findings of those checks at a port."""
    number, transport = (port, "tcp") if isinstance(port, int) else port
    return frozenset(Expected(check, number, transport) for check in checks)


def password(account: Account, *ports: Port | int, apart: tuple[str, ...] = ()) -> Password:
    """The password that the device has at those ports; a web server of port 80 takes it along to port 443."""
    everywhere = (*ports, 443) if 80 in ports else ports
    return Password(
        account, frozenset().union(*(found(port, "default-credentials") for port in everywhere)), apart=apart
    )


def community(text: str, *checks: str, apart: tuple[str, ...] = ()) -> Community:
    """The SNMP community; `checks` are those that its secrecy lifts, besides that it is well known."""
    lifts = found(SNMP, "snmp-default-community", "cleartext-administration", *checks)
    return Community(text, lifts, apart=apart)


def https(subject: str) -> Choice:
    """The web server of port 80 behind TLS, with a certificate of the city's authority. TLS 1.3 came with none of the devices that this is used for."""
    secured = TLS("modern", "TLSv1.2", "TLSv1.2", subject)
    only = Change(secured=secured, causes=found(443, "tls-advice"))
    return Choice("https", "HTTPS", (("off", Change()), ("only", only)))


def certificate(tls: TLS, *ports: int) -> Choice:
    """The certificate of those ports: the city's own, the factory's, or one that has expired; first the one that it has.

    One certificate at several ports is expired at each, and made without care once.
    """
    recipes = {recipe: value for value, (recipe, _) in _CERTIFICATES.items()}
    first = recipes[tls.certificate]
    values = dict.fromkeys((first, "own", "factory", "expired"))
    return Choice(
        "certificate", "Certificate", tuple((value, _certified(tls, ports, first, value)) for value in values)
    )


def _certified(tls: TLS, ports: tuple[int, ...], first: str, value: str) -> Change:
    if value == first:
        return Change()
    (_, gone), (recipe, new) = _CERTIFICATES[first], _CERTIFICATES[value]
    return Change(
        ((tls, replace(tls, certificate=recipe)),),
        lifts=_at(ports, gone),
        causes=_at(ports, new),
    )


def _at(ports: tuple[int, ...], checks: tuple[str, ...]) -> frozenset[Expected]:
    first, *others = ports
    everywhere = tuple(check for check in checks if check != "tls-certificate-hygiene")
    return found(first, *checks).union(*(found(port, *everywhere) for port in others))


def redirect(*exchanges: tuple[str, str]) -> Choice:
    """A web server of port 80 that leads to the one behind TLS, which the device has already."""
    leads = Change(exchanges, closes=frozenset(((80, "tcp"),)), opens=(Http(redirect="https://{address}"),))
    return Choice("redirect", "HTTP leads to HTTPS", (("off", Change()), ("on", leads)))


def reset(account: Account, factory: Account, *ports: Port | int, joins: tuple[str, ...] = ()) -> Choice:
    """The password of a device that stands with one that was changed: changed, or the factory's."""
    causes = frozenset().union(*(found(port, "default-credentials") for port in ports))
    return Choice(
        "password",
        "Password",
        (("changed", Change()), ("factory", Change(((account, factory),), causes=causes, joins=joins))),
    )
