"""The posture of real servers is what they were told to offer, in fifteen hellos."""

from dataclasses import replace

import pytest

from inventory.model import Endpoint
from scanner.conversation import Depth, Target
from scanner.protocols import tls
from scanner.tls.questioning import HELLOS
from scanner.tls.suites import KINDS, kinds

pytestmark = pytest.mark.real
TARGET = Target(Endpoint("127.0.0.1", 443), depth=Depth.POSTURE)
OPENSSL = [
    pytest.param(
        ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"],
        {"aead", "forward-secrecy"},
        {"tls.extended_master_secret": True, "tls.secure_renegotiation": True, "tls.compression": False},
        id="sound",
    ),
    pytest.param(
        ["-cipher", "ALL:eNULL:@SECLEVEL=0", "-no_tls1_3", "-serverpref"],
        {"null", "anonymous", "dh", "forward-secrecy", "aead", "static", "cbc-sha1"},
        {"tls.fallback_scsv": True, "tls.encrypt_then_mac": True, "tls.preference": "server", "tls.tickets": True},
        id="weak",
    ),
    pytest.param(
        ["-tls1_1", "-cipher", "AES128-SHA:@SECLEVEL=0", "-no_ticket", "-Verify", "1", "-no_etm"],
        {"static", "cbc-sha1"},
        {"tls.client_certificate": True, "tls.tickets": False, "tls.encrypt_then_mac": False},
        id="old",
    ),
    pytest.param(
        ["-cipher", "DHE:ECDHE:@SECLEVEL=0", "-curves", "secp192r1:P-256", "-no_tls1_3", "-no_tls1_1"],
        {"null", "dh", "forward-secrecy", "aead", "cbc-sha1"},  # ECDHE names its suites without encryption, too
        {"tls.dh_bits": 2048, "tls.dh_prime": "MODP group 14"},
        id="curves",
    ),
    pytest.param(["-tls1_3"], {"aead", "forward-secrecy"}, {}, id="only 1.3"),
]


def told(facts):
    return {kind for text in facts["tls.accepted"] for kind in kinds(text.partition(" 0x")[2])}


def ask(hold, port):
    """The facts of the identification and of the posture, as a scan has them."""
    before, _ = hold(tls.probe(replace(TARGET, depth=Depth.VERSIONS)), port)
    heard, peer = hold(tls.probe(replace(TARGET, before=before.facts)), port)
    assert all(any(say.allows(request) for say in tls.SAYS) for request in peer.sent)
    assert before.facts["tls.hellos"] + peer.connections == heard.facts["tls.hellos"] <= HELLOS
    return {**before.facts, **heard.facts}


@pytest.mark.parametrize(("options", "accepted", "others"), OPENSSL)
def test_s_server_is_as_it_was_configured(serve, hold, certificate, options, accepted, others):
    crt, key = certificate
    port = serve(
        "openssl", "s_server", "-quiet", "-accept", "127.0.0.1:{port}", "-cert", str(crt), "-key", str(key), *options
    )
    facts = ask(hold, port)
    assert set(KINDS) <= set(facts["tls.settled"])
    assert told(facts) == accepted
    assert {name: facts.get(name) for name in others} == others


def test_gnutls_is_as_it_was_configured(serve, hold, certificate):
    crt, key = certificate
    priorities = (
        "NONE:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+AES-128-CBC:+3DES-CBC:+ARCFOUR-128:+NULL:+SHA1:+MD5:+RSA:+DHE-RSA:+SIGN-ALL"
        ":+COMP-NULL:+GROUP-ALL"
    )
    port = serve(
        "gnutls-serv",
        "--echo",
        "--port",
        "{port}",
        "--x509certfile",
        str(crt),
        "--x509keyfile",
        str(key),
        "--priority",
        priorities,
    )
    facts = ask(hold, port)
    assert set(KINDS) <= set(facts["tls.settled"])
    assert told(facts) == {"null", "rc4", "md5", "3des", "static", "cbc-sha1", "dh", "forward-secrecy"}
