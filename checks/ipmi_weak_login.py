"""A server's management processor has a login that is none, or a weak one.

What: the processor (BMC, iDRAC, iLO, IPMI on 623/udp) states its own locks to anybody (Get Channel Authentication Capabilities, IPMI 2.0, section 22.13). Each
of these is one finding; no session was opened and no password was sent:

- an account with neither a name nor a password is enabled (anonymous login). Critical.
- cipher suite 0 is among those of its sessions (Get Channel Cipher Suites, section 22.15): a login with it takes any password for a name that exists. Whether
  a privilege is set for it was not tried: likely. Critical.
- the authentication type "none" is offered at privilege Administrator: a session of IPMI 1.5 without a password, for whichever account allows it. Likely. High.
- an account with a password and without a name is enabled: one thing less to guess. Medium.
- messages of a session are not authenticated one by one, so that who sees a login may go on in its name. Medium.
- passwords are taken in clear ("straight password"), for clients that ask for that. Low.
- the key K_g of two-key logins is the default, all zero. It adds nothing to a login that uses the account's key alone, as most do: inferred. Low.

Why it matters in a city: the processor is a computer in the computer. Whoever logs in there switches the server off, boots it from a disk of his own and
sees its screen, whatever the operating system's passwords are, and its own log is the only one that notes it. Recording servers of cameras, the control
centre's hosts and hospital servers all have one, often on the same network as everything else.

How to fix: disable the accounts without a name (on most: user 1), give each administrator an account with a long password of its own, and allow neither
"none" nor "straight" nor cipher suite 0 on the LAN channel (ipmitool: `lan set 1 auth ADMIN MD5`, `lan set 1 cipher_privs`). Turn IPMI over LAN off where
nobody uses it; put the processors into a network of their own. IPMI 2.0 gives out a hash of every password by its design, so no setting makes the network
superfluous.
"""

from collections.abc import Callable
from dataclasses import dataclass

from checks.contract import Act, Flaw, Judgement, check
from checks.standards import clauses
from inventory.model import Confidence, Device, Facts, Family, Severity

_LISTED = "ipmi.auth_types"


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock that is none, or a weak one: a name for it that stays, whether the facts say so, and what that means."""

    facet: str
    open: Callable[[Facts], bool]
    title: str
    says: str
    remedy: str
    severity: Severity
    confidence: Confidence = Confidence.CONFIRMED
    act: Act = Act.ACCESS
    source: str = "IPMI specification v2.0 revision 1.1: 22.13"
    standards: tuple[str, ...] = ()


def _offers(kind: str) -> Callable[[Facts], bool]:
    def offered(facts: Facts) -> bool:
        kinds = facts.get(_LISTED)
        return isinstance(kinds, tuple) and kind in kinds

    return offered


LOCKS = (
    Lock(
        "anonymous",
        lambda facts: facts.get("ipmi.anonymous") is True,
        "The management processor lets in whoever gives no name",
        "An account with neither a name nor a password is enabled.",
        "Disable the account without a name (mostly user 1) and give each administrator an account of its own.",
        Severity.CRITICAL,
    ),
    Lock(
        "cipher-zero",
        lambda facts: facts.get("ipmi.cipher_zero") is True,
        "The management processor takes any password by cipher suite 0",
        "Cipher suite 0, which asks for no password, is among those of its sessions; no session was opened.",
        "Turn cipher suite 0 off (ipmitool: lan set 1 cipher_privs Xaaaaaaaaaaaaaa), or update the firmware.",
        Severity.CRITICAL,
        Confidence.LIKELY,
        source="IPMI specification v2.0 revision 1.1: 22.15.2 (cipher suite 0)",
    ),
    Lock(
        "none",
        _offers("none"),
        "The management processor offers sessions without a password",
        "The authentication type 'none' is offered at privilege Administrator; no session was opened.",
        "Allow only MD5 for IPMI 1.5 on the LAN channel, or IPMI 2.0 alone.",
        Severity.HIGH,
        Confidence.LIKELY,
    ),
    Lock(
        "null-user",
        lambda facts: facts.get("ipmi.null_user") is True,
        "The management processor has an account without a name",
        "An account without a name is enabled; it has a password.",
        "Disable the account without a name (mostly user 1) and give each administrator an account of its own.",
        Severity.MEDIUM,
    ),
    Lock(
        "messages",
        lambda facts: facts.get("ipmi.message_authentication") is False,
        "The management processor does not authenticate its messages",
        "The messages of a session are not authenticated one by one.",
        "Turn per-message authentication on for the LAN channel.",
        Severity.MEDIUM,
    ),
    Lock(
        "straight",
        _offers("password in clear"),
        "The management processor takes passwords in clear",
        "Passwords are taken in clear from clients that ask for it (authentication type 'straight password').",
        "Allow only MD5 for IPMI 1.5 on the LAN channel, or IPMI 2.0 alone.",
        Severity.LOW,
        standards=clauses("CWE-319", "cleartext"),
    ),
    Lock(
        "default-key",
        lambda facts: facts.get("ipmi.default_key") is True,
        "The management processor's second key is the default",
        "The key K_g of two-key logins is the default, all zero.",
        "Set a key K_g of its own where two-key logins are used.",
        Severity.LOW,
        Confidence.INFERRED,
        standards=clauses("CWE-1394", "keys"),
    ),
)


@check(
    id="ipmi-weak-login",
    title="The management processor's login is weak",
    severity=Severity.HIGH,
    family=Family.CREDENTIALS,
    needs=("ipmi",),
    remedy="Disable accounts without a name, allow no login without a password, and put the processor into a network of its own.",
    standards=clauses("CWE-1188", "CWE-306", "weak-authentication"),
    act=Act.ACCESS,
    sources=("IPMI specification v2.0 revision 1.1: 22.13 and 22.15",),
)
def ipmi_weak_login(device: Device) -> Judgement:
    """Every lock that the processor itself says is open or weak."""
    for seen in device.speaking("ipmi"):
        for lock in LOCKS:
            if lock.open(seen.facts):
                yield Flaw(
                    seen.endpoint,
                    lock.says,
                    seen.evidence,
                    lock.confidence,
                    lock.severity,
                    facet=f"{seen.endpoint.transport}/{seen.endpoint.port} {lock.facet}",
                    title=lock.title,
                    remedy=lock.remedy,
                    act=lock.act,
                    standards=lock.standards,
                    sources=(lock.source,),
                )
    return "states no lock that is open"
