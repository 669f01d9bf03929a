"""SSH: the banner, the algorithms on offer and the host key. Nobody logs in, and nothing is encrypted.

RFC 4253: version exchange (4.2), KEXINIT (7.1), one key exchange (8) as far as the reply that carries the host key, then SSH_MSG_DISCONNECT. One connection.
"""

import hashlib
import os
import re

from inventory.errors import PeerClosed, PeerError, ProtocolError, TimedOut
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs import ssh_key, ssh_wire
from scanner.codecs.ssh_wire import Algorithms
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, ReadUntil, Safety, Say, Send, Target

NAME = "ssh"
TRANSPORT = "tcp"
PORTS = (22, 222, 2022, 2222, 22222)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = True
HARDY = True
BANNER = b"SSH-2.0-Tocsin_0.1\r\n"
SAYS = (
    Say.exactly("version", BANNER),
    Say.like("kexinit", ssh_wire.kexinit_pattern()),
    *(Say.like(f"public key {name}", pattern) for name, pattern in ssh_wire.public_key_patterns().items()),
    Say.exactly("disconnect", ssh_wire.packet(ssh_wire.disconnect())),
)
FACTS = {
    "ssh.banner": "the version line",
    "ssh.software": "its software version, 'dropbear_2012.55'",
    "ssh.comment": "its comment, often the operating system",
    "ssh.kex": "the key exchanges on offer",
    "ssh.hostkey_algorithms": "the kinds of host key on offer",
    "ssh.ciphers": "the ciphers on offer",
    "ssh.macs": "the message authentication codes on offer",
    "ssh.hostkey_type": "the kind of the host key it showed",
    "ssh.hostkey_sha256": "SHA-256 of the host key's blob, hexadecimal",
    "ssh.hostkey_md5": "MD5 of the host key's blob, hexadecimal: its fingerprint as it was printed until 2015, and in Debian's lists",
    "ssh.hostkey_spki_sha256": "SHA-256 of an ssh-rsa or ssh-dss host key as a certificate would hold it (SubjectPublicKeyInfo)",
    "ssh.hostkey_modulus": "the modulus of an ssh-rsa host key, hexadecimal",
}
_LINES_BEFORE_BANNER = 20
_LINE_LIMIT = 1024


def probe(target: Target) -> Conversation[Heard]:
    """Exchange versions, then algorithms, then keys, each as far as the server goes along."""
    line = yield from _banner()
    facts = _banner_facts(line)
    if not line.startswith((b"SSH-2.", b"SSH-1.99")):  # RFC 4253 section 5.1: 1.99 speaks both
        return Heard(facts, line[:EVIDENCE_LIMIT])
    try:
        yield Send(BANNER)
        offered = ssh_wire.parse_kexinit((yield from ssh_wire.read_packet()))
        facts |= _algorithm_facts(offered)
        facts |= yield from _host_key(offered)
    except PeerError:
        pass  # what it has said so far is worth keeping
    return Heard(facts, line[:EVIDENCE_LIMIT])


def recognises(greeting: bytes) -> bool:
    """Whether a version line is among the first lines of a greeting."""
    return any(line.startswith(b"SSH-") for line in greeting.split(b"\n", _LINES_BEFORE_BANNER)[:_LINES_BEFORE_BANNER])


def _banner() -> Conversation[bytes]:
    """The version line; RFC 4253 section 4.2 lets other lines come before it."""
    for _ in range(_LINES_BEFORE_BANNER):
        try:
            line = yield ReadUntil(b"\n", _LINE_LIMIT)
        except (PeerClosed, TimedOut) as error:
            if not error.partial.startswith(b"SSH-"):
                raise
            return error.partial
        if line.startswith(b"SSH-"):
            return line.rstrip(b"\r\n\0")
    raise ProtocolError("no SSH version among the first lines")


def _banner_facts(line: bytes) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {"ssh.banner": one_line(line)}
    match = re.match(rb"SSH-[\d.]+-([^ ]*)(?: (.*))?", line, re.DOTALL)
    if match and match[1]:
        facts["ssh.software"] = one_line(match[1])
    if match and match[2]:
        facts["ssh.comment"] = one_line(match[2])
    return facts


def _algorithm_facts(offered: Algorithms) -> dict[str, FactValue]:
    lists = {
        "ssh.kex": offered.kex,
        "ssh.hostkey_algorithms": offered.host_keys,
        "ssh.ciphers": offered.ciphers,
        "ssh.macs": offered.macs,
    }
    return {fact: tuple(one_line(name, 80) for name in names) for fact, names in lists.items()}


def _host_key(offered: Algorithms) -> Conversation[dict[str, FactValue]]:
    kex = ssh_wire.agreed_kex(offered.kex)
    if kex is None:
        yield Send(ssh_wire.packet(ssh_wire.disconnect()))
        return {}
    yield Send(ssh_wire.packet(ssh_wire.kexinit(os.urandom(16))))
    yield Send(ssh_wire.packet(ssh_wire.exchange_start(kex)))
    blob = ssh_wire.parse_exchange_reply((yield from ssh_wire.read_packet()))
    facts: dict[str, FactValue] = {
        "ssh.hostkey_type": one_line(ssh_wire.take_string(blob)[0], 80),
        "ssh.hostkey_sha256": hashlib.sha256(blob).hexdigest(),
        "ssh.hostkey_md5": hashlib.md5(blob, usedforsecurity=False).hexdigest(),
        **_numbers(blob),
    }
    try:
        yield Send(ssh_wire.packet(ssh_wire.disconnect()))
    except PeerError:
        return facts  # it has gone already
    return facts


def _numbers(blob: bytes) -> dict[str, FactValue]:
    """What makes the key comparable with those of certificates; nothing where it is of another kind, or broken."""
    try:
        info, modulus = ssh_key.read(blob)
    except ProtocolError:
        return {}
    facts: dict[str, FactValue] = {"ssh.hostkey_spki_sha256": hashlib.sha256(info).hexdigest()} if info else {}
    return facts | ({"ssh.hostkey_modulus": f"{modulus:x}"} if modulus else {})
