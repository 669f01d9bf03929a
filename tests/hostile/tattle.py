"""What the devices of `tests/hostile/tattlers.py` know, and how they tell it."""

import base64
import hashlib
import html
import itertools
import json
from collections.abc import Callable
from urllib.parse import quote

from tests.hostile.street import Told

OWN = {
    "telnet": ("teller", "K&telnet 7Qz-ü"),
    "ssh": ("sheller", "K&ssh7Qz<secure>"),
    "ftp": ("filer", 'K&ftp7Qz"quoted"'),
    "http": ("webber", "K&http7Qz%41-path"),
    "rtsp": ("viewer", "K&rtsp7Qz-stream"),
    "onvif": ("onvifer", "K&onvif7Qz-token"),
    "sip": ("caller", "K&sip7Qz-register"),
    "mqtt": ("broker", "K&mqtt7Qz-connect"),
    "vnc": ("", "K&vnc7Qz"),
    "ipmi": ("ipmiuser", "K&ipmi7Qz-bmc"),
    "snmp": ("", "K&community7Qz"),
    "snmpv3": ("reader", "K&snmpv3-7Qz-auth"),
    "redis": ("keeper", "K&redis7Qz-auth"),
    "postgresql": ("elephant", "K&postgres7Qz-clear"),
    "mysql": ("dolphin", "K&mysql7Qz-native"),
}
"""The operator's accounts, one for each protocol: the user and the password, which stands nowhere else."""
PASSWORDS = {user: password for user, password in OWN.values() if user}
ORIGIN = "the contractor of 2019"
RED = "\x1b[1;31m"

WRITINGS: tuple[Callable[[str, str], bytes], ...] = (
    lambda user, password: password.encode(),
    lambda user, password: base64.b64encode(f"{user}:{password}".encode()),
    lambda user, password: quote(password, safe="").encode(),
    lambda user, password: html.escape(password).encode(),
    lambda user, password: password.encode().hex().encode(),
    lambda user, password: password.swapcase().encode(),
    lambda user, password: f"{user}:{password}".encode(),
    lambda user, password: RED.join(password).encode(),
    lambda user, password: base64.b64encode(b"he said " + password.encode() + b" to me"),
    lambda user, password: hashlib.md5(password.encode()).hexdigest().encode(),
    lambda user, password: json.dumps(password).encode(),
    lambda user, password: hashlib.sha256(password.encode()).hexdigest().encode(),
    lambda user, password: "".join(f"&#{ord(letter)};" for letter in password).encode(),
    lambda user, password: b"\0".join(bytes((octet,)) for octet in password.encode()),
    lambda user, password: hashlib.sha1(password.encode()).hexdigest().encode(),
    lambda user, password: "".join(f"%{octet:02X}" for octet in password.encode()).encode(),
)
_TURN = itertools.count()


def accounts_file() -> str:
    """The operator's own accounts, as TOML."""
    return "\n".join(
        f"[[entry]]\nid = {json.dumps(f'own-{protocol}')}\nprotocol = [{json.dumps(protocol)}]\nlock_threshold = 80\n"
        f"accounts = [{{ user = {json.dumps(user)}, password = {json.dumps(password)}{_scheme(protocol)} }}]\n"
        f"source = {json.dumps(ORIGIN)}\n"
        for protocol, (user, password) in OWN.items()
    )


def _scheme(protocol: str) -> str:
    return ', scheme = "sha"' if protocol == "snmpv3" else ""


def talk(told: Told, *now: tuple[str, str]) -> bytes:
    """What was told now, and at the last three logins before it, each in a writing of its own."""
    pairs = dict.fromkeys((*now, *told.pairs[-1:-4:-1]))
    proofs = (proof if proof.isascii() else proof.hex().encode() for proof in told.proofs[-1:])
    written = (WRITINGS[next(_TURN) % len(WRITINGS)](user, password) for user, password in pairs if password)
    return b" ".join((*proofs, *written)) or b"nobody"


def line(told: Told, *now: tuple[str, str]) -> bytes:
    """That, for a place that ends with the line."""
    return talk(told, *now).replace(b"\0", b"").replace(b"\r", b"").replace(b"\n", b"")


def knows(told: Told, user: str) -> tuple[str, str]:
    """The pair of a user who has proved the password without saying it."""
    told.login(user, PASSWORDS.get(user, ""))
    return told.pairs[-1]
