"""TLS behind another protocol's own command, with the servers that offer it: what invites to it, and that it is read there."""

import hashlib
import os
import ssl
import sys
from collections.abc import Iterator

import pytest

from inventory.model import Endpoint
from scanner.conversation import Depth, Target
from scanner.protocols import ftp, ldap, mysql, postgresql, smtp, tls
from tests.logins.real.stores_server import Cluster, Stores, running

pytestmark = pytest.mark.real
TARGET = Target(Endpoint("127.0.0.1", 1))
SMTP = """
import asyncio, ssl, sys
from aiosmtpd.smtp import SMTP

async def serve(port, crt, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda *_: None)  # a handshake that ends early is what it is asked for
    server = await loop.create_server(lambda: SMTP(None, tls_context=context, hostname="nas.test"), "127.0.0.1", port)
    await server.serve_forever()

asyncio.run(serve(int(sys.argv[1]), *sys.argv[2:]))
"""


@pytest.fixture
def stores() -> Iterator[Stores]:
    yield from running()


def asked(hold, protocol, port, name="", connections=6):
    heard, peer = hold(protocol.probe(Target(TARGET.endpoint, starttls=name)), port)
    assert all(any(say.allows(request) for say in protocol.SAYS) for request in peer.sent)
    assert set(heard.facts) <= set(protocol.FACTS)
    assert peer.connections <= connections
    return heard.facts


def sha256(crt):
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(crt.read_text())).hexdigest()


def read_behind(hold, port, name):
    facts = asked(hold, tls, port, name)
    assert facts["tls.starttls"] == name
    assert {"TLSv1.2"} <= set(facts["tls.versions"])
    return facts


def test_vsftpd(serve, hold, certificate, tmp_path):
    crt, key = certificate
    (tmp_path / "empty").mkdir()
    wishes = {
        "listen": "YES",
        "listen_address": "127.0.0.1",
        "listen_port": "{port}",
        "background": "NO",
        "secure_chroot_dir": tmp_path / "empty",
        "run_as_launching_user": "NO" if os.geteuid() == 0 else "YES",
        "ssl_enable": "YES",
        "rsa_cert_file": crt,
        "rsa_private_key_file": key,
    }
    port = serve("vsftpd", "./server.conf", configuration="".join(f"{name}={wish}\n" for name, wish in wishes.items()))
    assert asked(hold, ftp, port)["ftp.starttls"] is True
    assert read_behind(hold, port, "ftp")["tls.sha256"] == sha256(crt)
    heard, peer = hold(tls.probe(Target(TARGET.endpoint, starttls="ftp", depth=Depth.FULL)), port)
    assert {"versions", "suites", "groups"} <= set(heard.facts["tls.settled"])
    assert "TLSv1.2 0xc030" in heard.facts["tls.accepted"]  # vsftpd's own list has one suite (ssl_ciphers)
    assert heard.facts["tls.hellos"] >= peer.connections - 1


def test_slapd(serve, hold, certificate, tmp_path):
    crt, key = certificate
    configuration = f"pidfile {tmp_path}/slapd.pid\nTLSCertificateFile {crt}\nTLSCertificateKeyFile {key}\n"
    port = serve("slapd", "-d", "0", "-h", "ldap://127.0.0.1:{port}/", "-f", "server.conf", configuration=configuration)
    facts = asked(hold, ldap, port)
    assert (facts["ldap.code"], facts["ldap.starttls"]) == (0, True)
    assert "3" in facts["ldap.protocol_versions"]
    assert read_behind(hold, port, "ldap")["tls.sha256"] == sha256(crt)


def test_aiosmtpd(serve, hold, certificate):
    pytest.importorskip("aiosmtpd", reason="aiosmtpd is not installed: pip install aiosmtpd")
    crt, key = certificate
    port = serve(sys.executable, "-c", SMTP, "{port}", str(crt), str(key))
    facts = asked(hold, smtp, port)
    assert (facts["smtp.name"], facts["smtp.starttls"]) == ("nas.test", True)
    assert read_behind(hold, port, "smtp")["tls.sha256"] == sha256(crt)


def test_postgresql(stores, hold):
    cluster = Cluster(stores.folder, "scram-sha-256", tls=True)
    endpoint = stores.postgresql(cluster, "host all all 127.0.0.1/32 reject", tls=True)
    assert asked(hold, postgresql, endpoint.port)["postgresql.tls"] is True
    assert "tls.sha256" in read_behind(hold, endpoint.port, "postgresql")


def test_mariadb(stores, hold):
    endpoint = stores.mariadb(tls=True)
    assert asked(hold, mysql, endpoint.port)["mysql.tls"] is True
    assert "tls.sha256" in read_behind(hold, endpoint.port, "mysql")
