"""Handshakes that are brought to their end with real servers: openssl, nginx and gnutls-serv."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from inventory.model import Endpoint
from scanner.codecs.tls_codec import TLS10, TLS11, TLS12, TLS13
from scanner.codecs.tls_session import Ticket
from scanner.conversation import Target
from scanner.protocols import tls
from scanner.tls.asking import Asker
from scanner.tls.session import finish

pytestmark = pytest.mark.real
TARGET = Target(Endpoint("127.0.0.1", 443), name="camera.test")
NGINX = """
daemon off; pid nginx.pid; error_log stderr; events {{}}
http {{ access_log off; server {{
    listen 127.0.0.1:{{port}} ssl; ssl_protocols {protocols}; ssl_ecdh_curve secp384r1;
    ssl_certificate {folder}/full.pem; ssl_certificate_key {folder}/leaf.key;
}} }}
"""


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with leaf.crt, leaf.key, rest.pem (what is above it) and full.pem (all three)."""
    folder = tmp_path_factory.mktemp("chain")
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed: apt-get install openssl")

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    for name, above in (("root", ""), ("issuing", "root"), ("leaf", "issuing")):
        kind = [] if above else ["-x509"]
        request = ["req", *key, *kind, "-keyout", f"{name}.key", "-out", f"{name}.crt", "-subj", f"/CN={name}.test"]
        subprocess.run([openssl, *request], cwd=folder, check=True, capture_output=True)
        if above:
            signer = ["-CA", f"{above}.crt", "-CAkey", f"{above}.key", "-CAcreateserial"]
            sign = [openssl, "x509", "-req", "-in", f"{name}.crt", *signer, "-out", f"{name}.crt"]
            subprocess.run(sign, cwd=folder, check=True, capture_output=True)
    texts = [(folder / f"{name}.crt").read_text() for name in ("leaf", "issuing", "root")]
    (folder / "rest.pem").write_text("".join(texts[1:]))
    (folder / "full.pem").write_text("".join(texts))
    return folder


def ders(folder):
    return tuple(ssl.PEM_cert_to_DER_cert((folder / f"{name}.crt").read_text()) for name in ("leaf", "issuing", "root"))


def said(peer):
    return all(any(say.allows(request) for say in tls.SAYS) for request in peer.sent)


@pytest.fixture
def s_server(serve, chain):
    """`s_server("-tls1_3")` is the port of OpenSSL's server with the whole chain."""

    def start(*options):
        files = ["-cert", f"{chain}/leaf.crt", "-key", f"{chain}/leaf.key", "-cert_chain", f"{chain}/rest.pem"]
        return serve("openssl", "s_server", "-quiet", "-accept", "127.0.0.1:{port}", *files, *options)

    return start


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), {"tickets": True, "ticket_lifetime": 7200, "early_data": False, "group": "x25519"}),
        (("-num_tickets", "0"), {"tickets": False, "early_data": False}),
        (("-early_data", "-max_early_data", "9000"), {"ticket": Ticket(7200, 9000), "early_data": True}),
        (("-Verify", "1"), {"client_certificate": True, "tickets": None}),
        (("-alpn", "http/1.1", "-groups", "P-256"), {"alpn": "http/1.1", "group": "secp256r1"}),
        (("-groups", "P-521", "-ciphersuites", "TLS_AES_128_CCM_SHA256"), {"group": "secp521r1", "tickets": True}),
        (("-ciphersuites", "TLS_AES_128_CCM_8_SHA256:TLS_CHACHA20_POLY1305_SHA256"), {"tickets": True}),
    ],
)
def test_openssl_of_tls_13_shows_what_it_was_told_to(s_server, hold, chain, options, expected):
    session, peer = hold(finish(Asker(TARGET), TLS13), s_server("-tls1_3", *options))
    assert session.chain == ders(chain)
    assert session.signature_scheme == "ecdsa_secp256r1_sha256"
    assert {name: getattr(session, name) for name in expected} == expected
    assert peer.connections == 1
    assert said(peer)


@pytest.mark.parametrize(
    ("version", "options", "group"),
    [
        (TLS10, ("-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"), ""),
        (TLS11, ("-tls1_1", "-cipher", "ECDHE-RSA-AES256-SHA:@SECLEVEL=0"), "x25519"),
        (TLS12, ("-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256", "-groups", "P-384"), "secp384r1"),
        (TLS12, ("-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"), "x25519"),
        (TLS12, ("-tls1_2", "-cipher", "AES256-GCM-SHA384", "-verify", "1"), ""),
        (TLS12, ("-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA"), "x25519"),
    ],
)
def test_openssl_of_older_versions_gives_its_ticket(serve, hold, certificate, version, options, group):
    crt, key = certificate
    arguments = ["-accept", "127.0.0.1:{port}", "-cert", str(crt), "-key", str(key)]
    port = serve("openssl", "s_server", "-quiet", *arguments, *options)
    session, peer = hold(finish(Asker(TARGET), version), port)
    assert (session.ticket, session.finished, session.group) == (Ticket(7200), True, group)
    assert session.client_certificate is ("-verify" in options)
    assert said(peer)


def test_openssl_of_tls_12_without_tickets_gives_none(s_server, hold, chain):
    session, _ = hold(finish(Asker(TARGET), TLS12), s_server("-tls1_2", "-no_ticket", "-alpn", "h2"))
    assert (session.tickets, session.alpn, session.chain) == (False, "h2", ders(chain))


def test_openssl_of_tls_12_that_insists_on_a_certificate_does_not_finish(s_server, hold, chain):
    session, _ = hold(finish(Asker(TARGET), TLS12), s_server("-tls1_2", "-Verify", "1"))
    assert (session.client_certificate, session.finished, session.tickets) == (True, False, None)
    assert session.chain == ders(chain)


@pytest.mark.parametrize(("protocols", "version"), [("TLSv1.3", TLS13), ("TLSv1.2", TLS12)])
def test_nginx_gives_its_ticket(serve, hold, chain, protocols, version):
    configuration = NGINX.format(protocols=protocols, folder=chain)
    session, peer = hold(
        finish(Asker(TARGET), version), serve("nginx", "-p", ".", "-c", "server.conf", configuration=configuration)
    )
    assert session.chain == ders(chain)
    assert (session.ticket_lifetime, session.alpn, session.group) == (300, "http/1.1", "secp384r1")
    assert said(peer)


@pytest.mark.parametrize(("priority", "version"), [("TLS1.3", TLS13), ("TLS1.2", TLS12)])
def test_gnutls_that_wants_a_certificate_is_named_as_such(serve, hold, chain, priority, version):
    files = ["--x509certfile", f"{chain}/full.pem", "--x509keyfile", f"{chain}/leaf.key", "--require-client-cert"]
    port = serve("gnutls-serv", "-q", "-p", "{port}", *files, "--priority", f"NORMAL:-VERS-ALL:+VERS-{priority}")
    session, peer = hold(finish(Asker(TARGET), version), port)
    assert session.client_certificate is True
    assert session.chain == ders(chain)
    assert said(peer)


def test_gnutls_gives_its_ticket(serve, hold, chain):
    files = ["--x509certfile", f"{chain}/full.pem", "--x509keyfile", f"{chain}/leaf.key", "--earlydata", "-a"]
    port = serve("gnutls-serv", "-q", "-p", "{port}", *files, "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.3")
    session, _ = hold(finish(Asker(TARGET), TLS13), port)
    assert (session.tickets, session.early_data, session.client_certificate) == (True, True, False)


def test_the_whole_conversation_shows_the_inside_of_a_server_that_knows_other_protocols(s_server, hold, chain):
    """OpenSSL refuses whoever offers ALPN without the protocol that it wants, so it is asked once more without."""
    heard, peer = hold(tls.probe(TARGET), s_server("-tls1_3", "-alpn", "mqtt", "-Verify", "1"))
    assert heard.facts["tls.chain_subjects"] == ("CN=leaf.test", "CN=issuing.test", "CN=root.test")
    assert heard.facts["tls.client_certificate"] is True
    assert "tls.certificate_error" not in heard.facts
    assert peer.connections <= tls.CONNECTIONS
    assert said(peer)
