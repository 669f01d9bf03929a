"""Real servers of today are sound: the tests for known flaws must say so, and leave them serving as before."""

import sys

import pytest

from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import tls, tls_flaws
from scanner.tls.flaws import robot

pytestmark = pytest.mark.real
ENDPOINT = Endpoint("127.0.0.1", 443)
NGINX = """
daemon off; pid nginx.pid; error_log stderr warn; worker_processes 1;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    server {
        listen 127.0.0.1:{port} ssl;
        ssl_certificate %s; ssl_certificate_key %s;
        ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256;
        return 200 "here";
    }
}
"""
# tlslite-ng is LGPL, and stays in a process of its own. It takes heartbeats, and its handshakes in RSA are counted against Bleichenbacher.
TLSLITE = """
import socket, sys, threading
from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey

chain = X509CertChain()
chain.parsePemList(open(sys.argv[2]).read())
key = parsePEMKey(open(sys.argv[3]).read(), private=True)
settings = HandshakeSettings()
settings.maxVersion = (3, 3)
settings.keyExchangeNames = ["rsa", "ecdhe_rsa"]
settings.use_heartbeat_extension = True
settings.heartbeat_response_callback = lambda message: None


def serve(connection):
    try:
        TLSConnection(connection).handshakeServer(certChain=chain, privateKey=key, settings=settings)
    except Exception:
        pass
    connection.close()


listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
"""


@pytest.fixture
def start(serve, certificate):
    """`start("nginx")` starts a sound server and returns its port."""
    crt, key = map(str, certificate)

    def started(name):
        match name:
            case "nginx":
                return serve("nginx", "-p", ".", "-c", "server.conf", "-e", "stderr", configuration=NGINX % (crt, key))
            case "s_server":
                listening = ["-accept", "127.0.0.1:{port}", "-cert", crt, "-key", key]
                return serve("openssl", "s_server", "-quiet", *listening, "-tls1_2", "-cipher", "ALL:@SECLEVEL=0")
            case "s_server that wants a certificate":
                listening = ["-accept", "127.0.0.1:{port}", "-cert", crt, "-key", key]
                return serve(
                    "openssl", "s_server", "-quiet", *listening, "-tls1_2", "-cipher", "AES128-SHA", "-Verify", "1"
                )
            case "gnutls-serv":
                quiet = ["--quiet", "--echo", "--heartbeat", "--disable-client-cert", "--nodb"]
                priority = "NORMAL:-VERS-TLS1.3:+RSA"
                return serve(
                    *("gnutls-serv", *quiet, "--port", "{port}", "--priority", priority),
                    *("--x509certfile", crt, "--x509keyfile", key),
                )
        pytest.importorskip("tlslite", reason="tlslite-ng is not installed: pip install tlslite-ng")
        return serve(sys.executable, "-c", TLSLITE, "{port}", crt, key)

    return started


@pytest.mark.parametrize(
    ("server", "heartbleed", "told"),
    [
        ("s_server", "not asked", "sound"),
        ("s_server that wants a certificate", "not asked", "not asked"),
        ("nginx", "not asked", "sound"),
        ("gnutls-serv", "sound", "sound"),
        ("tlslite-ng", "sound", "sound"),
    ],
)
def test_a_server_of_today_is_sound_and_serves_as_before(monkeypatch, start, hold, server, heartbleed, told):
    monkeypatch.setattr(robot, "PATIENCE", 0.3)  # for the key exchange alone, to which they say nothing
    port = start(server)
    before, _ = hold(tls.probe(Target(ENDPOINT)), port)
    heard, peer = hold(tls_flaws.probe(Target(ENDPOINT, before=before.facts)), port)
    words = {name: str(value).partition(":")[0] for name, value in heard.facts.items()}
    assert words == {
        "tls_flaws.version": "TLSv1.2",
        "tls_flaws.heartbleed": heartbleed,
        "tls_flaws.ccs": "sound",
        "tls_flaws.robot": told,
    }, heard.facts
    assert all(any(say.allows(request) for say in tls_flaws.SAYS) for request in peer.sent)
    assert peer.connections <= tls_flaws.CONNECTIONS
    after, _ = hold(tls.probe(Target(ENDPOINT)), port)
    assert after.facts == before.facts
