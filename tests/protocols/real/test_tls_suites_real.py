"""What a server was told to offer is what the full enumeration finds: no more, no less, in no other version."""

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict

import pytest

from checks.cipher_suites import suite_name
from inventory.model import Endpoint
from scanner.conversation import Depth, Target
from scanner.protocols import tls
from tests.protocols.real.conftest import make_certificate

pytestmark = pytest.mark.real
TARGET = Target(Endpoint("127.0.0.1", 443), depth=Depth.FULL)
CIPHERS = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
SUITES_13 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"
OPTIONS = {"TLSv1.0": "-tls1", "TLSv1.1": "-tls1_1", "TLSv1.2": "-tls1_2"}
OWN_SETTINGS = {**os.environ, "OPENSSL_CONF": os.devnull}  # the distribution's own may forbid old versions
PRIORITY = "NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:+ARCFOUR-128:+3DES-CBC:+ANON-ECDH:+ANON-DH:+MD5:+NULL"
NGINX = """
daemon off; master_process off; pid nginx.pid; error_log stderr;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t; scgi_temp_path t;
  server {{
    listen 127.0.0.1:{{port}} ssl;
    {certificates}
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers {ciphers}; ssl_prefer_server_ciphers on; ssl_dhparam {dh};
    return 200 ok;
  }}
}}
"""
# tlslite-ng alone still serves SSL 3.0; it is LGPL, and stays in a process of its own.
TLSLITE = """
import socket, sys
from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey
chain = X509CertChain()
chain.parsePemList(open(sys.argv[2]).read())
key = parsePEMKey(open(sys.argv[3]).read(), private=True)
settings = HandshakeSettings()
settings.minVersion, settings.maxVersion = (3, 0), (3, 2)
settings.cipherNames, settings.macNames, settings.keyExchangeNames = ["rc4", "3des", "aes128"], ["sha", "md5"], ["rsa", "dhe_rsa"]
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    connection = listener.accept()[0]
    try:
        TLSConnection(connection).handshakeServer(certChain=chain, privateKey=key, settings=settings)
    except Exception:
        pass
    connection.close()
"""


def by_version(heard):
    found = defaultdict(set)
    for version, _, code in (text.partition(" 0x") for text in heard.facts["tls.accepted"]):
        found[version].add(code)
    assert set(found) == set(heard.facts["tls.versions"])
    assert "suites" in heard.facts["tls.settled"]
    return dict(found)


def told_to_openssl(authentications, *further, ciphers=CIPHERS):
    """What `openssl ciphers` says that a server with such certificates offers, by version, in its order."""
    told = {}
    for version, option in OPTIONS.items():
        command = ["openssl", "ciphers", "-s", option, "-V", *further, ciphers]
        lines = subprocess.run(
            command, check=True, capture_output=True, text=True, env=OWN_SETTINGS
        ).stdout.splitlines()
        kept = [line for line in lines if re.search(rf" Au=({authentications}) ", line)]
        told[version] = ["".join(re.findall(r"0x(\w\w)", line)).lower() for line in kept]
    return told


def seen_by_nmap(port):
    program = shutil.which("nmap")
    if program is None:
        pytest.skip("nmap is not installed: apt-get install nmap")
    command = [program, "-Pn", "-n", "-p", str(port), "--script", "ssl-enum-ciphers", "-oX", "-", "127.0.0.1"]
    root = ET.fromstring(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    versions = root.findall(".//script[@id='ssl-enum-ciphers']/table")
    return {
        each.get("key"): {str(name.text).replace("_AKE_WITH", "") for name in each.findall(".//elem[@key='name']")}
        for each in versions
    }


def named(found):
    return {version: {suite_name(code) for code in codes} for version, codes in found.items()}


@pytest.fixture(scope="session")
def ecdsa(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("ecdsa"), "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")


@pytest.fixture(scope="session")
def dss(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dss")
    subprocess.run(["openssl", "dsaparam", "-out", folder / "dsa.pem", "1024"], check=True, capture_output=True)
    return make_certificate(folder, "-newkey", f"dsa:{folder / 'dsa.pem'}")


def test_s_server_with_every_suite_that_it_has(serve, hold, certificate, ecdsa):
    (crt, key), (other_crt, other_key) = certificate, ecdsa
    keys = ["-cert", str(crt), "-key", str(key), "-dcert", str(other_crt), "-dkey", str(other_key), "-psk", "1a2b"]
    start = [f"OPENSSL_CONF={os.devnull}", "openssl", "s_server", "-quiet", "-accept", "127.0.0.1:{port}"]
    port = serve("env", *start, *keys, "-cipher", CIPHERS, "-ciphersuites", SUITES_13)
    heard, peer = hold(tls.probe(TARGET), port)
    told = {version: set(codes) for version, codes in told_to_openssl("RSA|ECDSA|None|PSK", "-psk").items()}
    assert by_version(heard) == {**told, "TLSv1.3": {"1301", "1302", "1303", "1304", "1305"}}
    assert sum(map(len, told.values())) > 200
    assert heard.facts["tls.preference"] == "client"
    assert set(heard.facts["tls.groups"]) >= {"x25519", "secp256r1", "x448", "secp521r1", "secp384r1", "ffdhe2048"}
    assert all(any(say.allows(request) for say in tls.SAYS) for request in peer.sent)


def test_nginx_with_three_kinds_of_certificate(serve, hold, certificate, ecdsa, dss, tmp_path):
    dh = tmp_path / "dh.pem"
    subprocess.run(["openssl", "dhparam", "-dsaparam", "-out", dh, "1024"], check=True, capture_output=True)
    pairs = "".join(f"ssl_certificate {crt}; ssl_certificate_key {key};" for crt, key in (certificate, ecdsa, dss))
    written = NGINX.format(certificates=pairs, ciphers=CIPHERS, dh=dh)
    port = serve("nginx", "-p", str(tmp_path), "-c", "server.conf", configuration=written)
    heard, _ = hold(tls.probe(TARGET), port)
    told = told_to_openssl("RSA|ECDSA|DSS|None")
    found = by_version(heard)
    thirteen = found.pop("TLSv1.3")
    assert found == {version: set(codes) for version, codes in told.items()}
    assert named({**found, "TLSv1.3": thirteen}) == seen_by_nmap(port)
    assert heard.facts["tls.preference"] == "server"
    own = [text.removeprefix("TLSv1.2 0x") for text in heard.facts["tls.accepted"] if text.startswith("TLSv1.2 ")]
    assert own == told["TLSv1.2"]
    assert heard.facts["tls.dh_bits"] == 1024


def test_gnutls_with_old_versions_and_anonymous_suites(serve, hold, certificate, ecdsa):
    (crt, key), (other_crt, other_key) = certificate, ecdsa
    files = ["--x509certfile", str(crt), "--x509keyfile", str(key)]
    files += ["--x509certfile", str(other_crt), "--x509keyfile", str(other_key)]
    port = serve("gnutls-serv", "--quiet", "--echo", "-p", "{port}", *files, "--priority", PRIORITY)
    heard, _ = hold(tls.probe(TARGET), port)
    listed = subprocess.run(
        ["gnutls-cli", "-l", "--priority", PRIORITY], check=True, capture_output=True, text=True
    ).stdout
    suites = re.findall(r"^TLS_\S+\s+0x(\w\w), 0x(\w\w)\s+TLS(\S+)$", listed, re.MULTILINE)
    versions = re.findall(r" VERS-TLS(1\.\d)", re.findall(r"^Protocols:.*$", listed, re.MULTILINE)[0])
    told = {
        f"TLSv{version}": {
            one + two for one, two, since in suites if since <= version and (version < "1.3" or since == "1.3")
        }
        for version in versions
    }
    assert by_version(heard) == told
    assert {"TLSv1.0", "TLSv1.2"} <= told.keys()


def test_tlslite_with_ssl_3_and_rc4(serve, hold, certificate):
    crt, key = certificate
    port = serve("env", sys.executable, "-c", TLSLITE, "{port}", str(crt), str(key))
    heard, _ = hold(tls.probe(TARGET), port)
    found = by_version(heard)
    told = {"0033", "0016", "002f", "000a", "0005", "0004"}
    assert found == {"SSLv3": told, "TLSv1.0": told, "TLSv1.1": told}
    assert named(found) == seen_by_nmap(port)
    assert heard.facts["tls.dh_bits"] == 2048


@pytest.mark.parametrize("kind", ["ed25519", "rsa-pss"])
def test_a_key_of_a_kind_that_no_device_has_hides_no_suite(serve, hold, tmp_path, kind):
    crt, key = make_certificate(tmp_path, "-newkey", kind)
    start = [f"OPENSSL_CONF={os.devnull}", "openssl", "s_server", "-quiet", "-accept", "127.0.0.1:{port}", "-tls1_2"]
    port = serve("env", *start, "-cert", str(crt), "-key", str(key), "-cipher", "ECDHE:@SECLEVEL=0")
    heard, _ = hold(tls.probe(TARGET), port)
    told = told_to_openssl("ECDSA" if kind == "ed25519" else "RSA", ciphers="ECDHE:@SECLEVEL=0")["TLSv1.2"]
    assert by_version(heard) == {"TLSv1.2": set(told)}


@pytest.mark.parametrize("curve", ["secp384r1", "brainpoolP256r1"])
def test_an_ecdsa_certificate_alone_hides_no_group_and_no_suite(serve, hold, tmp_path, curve):
    crt, key = make_certificate(tmp_path, "-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{curve}")
    start = [f"OPENSSL_CONF={os.devnull}", "openssl", "s_server", "-quiet", "-accept", "127.0.0.1:{port}"]
    allowed = "X25519:P-256:P-384:brainpoolP256r1"
    port = serve("env", *start, "-cert", str(crt), "-key", str(key), "-cipher", CIPHERS, "-curves", allowed, "-tls1_2")
    heard, _ = hold(tls.probe(TARGET), port)
    assert by_version(heard) == {"TLSv1.2": set(told_to_openssl("ECDSA|None")["TLSv1.2"])}
    assert set(heard.facts["tls.groups"]) >= {"x25519", "secp256r1", "secp384r1", "brainpoolP256r1"}
