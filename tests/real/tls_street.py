"""A street of real TLS servers in a network of their own, each at an address of its own, and what each was told to offer.

What is expected comes from the servers' own tools: `openssl ciphers -s` and `gnutls-cli -l` say which suites a setting means; left out are those whose
certificate, and whose Diffie-Hellman parameters, the server does not have.
"""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scanner.protocols.tls import NAMELESS
from tests.real.servers import Command, tool
from tests.real.street import build
from tests.real.tls_certificates import Authority
from tests.real.tls_servers import (
    EVERYTHING,
    OF_A_ROUTER,
    OF_A_TUNNEL,
    OF_GNUTLS,
    OLD,
    PLAIN,
    SOUND,
    SOUND_RSA,
    Plot,
    gnutls_serv,
    lighttpd,
    mosquitto,
    nginx_by_name,
    nginx_plain,
    nginx_sound,
    nginx_weak,
    s_server,
    s_server_alone,
    s_server_by_name,
    s_server_with_chain,
    stunnel,
    tlslite_ng,
    vsftpd,
)
from tests.segment import Segment

NETWORK, SCANNER, SUFFIX = "10.79.0", "10.79.0.1", "tocsin.test"
OWN_SETTINGS = {**os.environ, "OPENSSL_CONF": os.devnull}  # the distribution's own forbid old versions
Offers = Mapping[str, frozenset[str]]
"""The code points of the suites, by version."""


@dataclass(frozen=True)
class Server:
    """A server of the street: how it is built, what it offers, what is wrong with it (check and severity), by which name it is asked, and why it is `shut`
    to whoever would see its page."""

    number: int
    build: Callable[[Plot], Command]
    offers: Callable[[], Offers]
    flaws: frozenset[tuple[str, str]] = frozenset()
    port: int = 443
    name: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    shut: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Its address."""
        return f"{NETWORK}.{self.number}"


def openssl(versions: str, ciphers: str = "", without: str = "DSS|PSK|SRP") -> Callable[[], Offers]:
    """What OpenSSL offers with these ciphers in the versions ("1.0 1.2 1.3"); `without` are the key exchanges and certificates that it has nothing for."""

    def told() -> Offers:
        return {f"TLSv{version}": _listed(version, ciphers, without) for version in versions.split()}

    return told


def _listed(version: str, ciphers: str, without: str) -> frozenset[str]:
    option = {"1.0": "-tls1", "1.1": "-tls1_1", "1.2": "-tls1_2", "1.3": "-tls1_3"}[version]
    wish = [tool("openssl", "openssl"), "ciphers", "-s", option, "-V", *([ciphers] if version != "1.3" else [])]
    lines = subprocess.run(wish, check=True, capture_output=True, text=True, env=OWN_SETTINGS).stdout.splitlines()
    kept = [line for line in lines if not re.search(rf" (Au|Kx)=({without}) ", line)]
    return frozenset("".join(re.findall(r"0x(\w\w)", line)).lower() for line in kept)


def gnutls() -> Offers:
    """What GnuTLS offers by that priority; the list says with which version each suite came."""
    wish = [tool("gnutls-cli", "gnutls-bin"), "--list", "--priority", OF_GNUTLS]
    listed = subprocess.run(wish, check=True, capture_output=True, text=True).stdout
    suites = re.findall(r"^TLS_\S+\s+0x(\w\w), 0x(\w\w)\s+TLS(\S+)$", listed, re.MULTILINE)
    versions = re.findall(r" VERS-TLS(1\.\d)", re.findall(r"^Protocols:.*$", listed, re.MULTILINE)[0])
    return {f"TLSv{spoken}": frozenset(a + b for a, b, since in suites if since <= spoken) for spoken in versions}


def tlslite() -> Offers:
    """What tlslite-ng offers as it is set in `tls_servers.py` (RFC 5246, appendix A.5): RC4, 3DES and AES-128, with RSA and DHE."""
    told = frozenset(("0004", "0005", "000a", "002f", "0016", "0033"))
    return {"SSLv3": told, "TLSv1.0": told}


def flaws(*written: str) -> frozenset[tuple[str, str]]:
    """Checks with their severities, "tls-old-version high"."""
    return frozenset((check, severity) for check, _, severity in (text.partition(" ") for text in written))


OLD_OPENSSL = flaws("tls-old-version medium", "tls-no-aead medium", "tls-hardening low", "tls-advice info")
SELF_MADE = OLD_OPENSSL | flaws("tls-certificate-self-signed low", "tls-certificate-hygiene low")
ONLY_12 = flaws("tls-advice info")
NAMED = flaws("http-no-hsts info")  # a browser may be told to stay with HTTPS where a device has a name
SERVERS = {
    "nginx, sound": Server(11, nginx_sound, openssl("1.2 1.3", SOUND)),
    "nginx, weak": Server(
        12,
        nginx_weak,
        openssl("1.0 1.1 1.2 1.3", EVERYTHING, "DSS|PSK|SRP|ECDSA"),
        flaws(
            "tls-anonymous critical",
            "tls-no-encryption critical",
            "tls-weak-dh high",
            "tls-old-version medium",
            "tls-hardening low",
        ),
        facts={"tls.dh_bits": 1024, "tls.dh_prime": "Oakley group 2"},
    ),
    "nginx, by name": Server(13, nginx_by_name, openssl("1.2 1.3", SOUND), NAMED, name=f"shared.{SUFFIX}"),
    "nginx, by its address": Server(
        14,
        nginx_by_name,
        openssl(""),
        facts={"tls.versions": [], "tls.unsettled": [f"versions: {NAMELESS}"]},
        shut=("TLS: TLSV1_UNRECOGNIZED_NAME",),
    ),
    "lighttpd": Server(
        15,
        lighttpd,
        openssl("1.2", OF_A_ROUTER),
        ONLY_12 | flaws("tls-no-aead medium", "tls-no-forward-secrecy medium", "tls-hardening low"),
    ),
    "mosquitto": Server(16, mosquitto, openssl("1.2 1.3", SOUND_RSA), port=8883),
    "stunnel": Server(17, stunnel, openssl("1.2 1.3", OF_A_TUNNEL), flaws("tls-hardening low"), port=8443),
    "gnutls-serv": Server(
        18,
        gnutls_serv,
        gnutls,
        flaws(
            "tls-anonymous critical",
            "tls-no-encryption critical",
            "tls-weak-cipher high",  # RC4
            "tls-weak-cipher medium",  # 3DES
            "tls-old-version medium",
            "tls-hardening low",
            "tls-advice info",
        ),
    ),
    "tlslite-ng": Server(
        19,
        tlslite_ng,
        tlslite,
        flaws(
            "tls-old-version critical",
            "tls-weak-dh critical",
            "tls-weak-cipher high",
            "tls-weak-cipher medium",
            "tls-hardening low",
            "tls-advice info",
        ),
        facts={"tls.dh_bits": 512},
    ),
    "s_server, only 1.3": Server(20, s_server("-tls1_3"), openssl("1.3")),
    "s_server, client certificate": Server(
        21,
        s_server("-Verify", "1", "-cipher", SOUND),
        openssl("1.2 1.3", SOUND),
        facts={"tls.client_certificate": True},
        shut=("TLS: TLSV13_ALERT_CERTIFICATE_REQUIRED",),
    ),
    "s_server, by name": Server(22, s_server_by_name, openssl("1.2", SOUND), NAMED | ONLY_12, name=f"named.{SUFFIX}"),
    "s_server, SHA-1": Server(
        23,
        s_server_alone("-newkey", "rsa:1024", "-sha1"),
        openssl("1.0 1.1 1.2", OLD),
        SELF_MADE | flaws("tls-certificate-weak-key high", "tls-certificate-weak-signature medium"),
    ),
    "s_server, MD5": Server(
        24,
        s_server_alone("-newkey", "rsa:2048", "-md5"),
        openssl("1.0 1.1 1.2", OLD),
        SELF_MADE | flaws("tls-certificate-weak-signature high"),
    ),
    "s_server, expired": Server(
        25,
        s_server("-tls1_2", "-cipher", SOUND, begin=-395),
        openssl("1.2", SOUND),
        ONLY_12 | flaws("tls-certificate-expired high"),
    ),
    "s_server, chain": Server(26, s_server_with_chain, openssl("1.2", SOUND), ONLY_12),
    "vsftpd": Server(
        27,
        vsftpd,
        openssl("1.2 1.3", SOUND_RSA),
        flaws("cleartext-administration low"),
        port=21,
        facts={"tls.starttls": "ftp"},
    ),
}


def build_street(folder: Path) -> Segment:
    """The street with every server at work on a host of its own; a page without TLS stands beside the scanner, and behind stunnel."""
    city, street = Authority("City CA"), Segment(SCANNER, 24, all_users=True)
    for server in SERVERS.values():
        house = build(street, folder, server.number)
        plot = Plot(server.name or f"device{server.number}.{SUFFIX}", house.address, server.port, house.folder, city)
        house.start("server", server.build(plot), server.port)
    for place in (street.scanner, street.hosts[SERVERS["stunnel"].address]):
        beside = folder / f"beside {place.pid}"
        beside.mkdir()
        place.serve(nginx_plain(Plot("", *PLAIN, beside, city)), beside / "log", PLAIN[1])
    return street
