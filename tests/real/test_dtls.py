"""DTLS, through the real wire, with the servers that nodes run."""

import hashlib
import ssl
import subprocess
from pathlib import Path

import pytest

from scanner.conversation import Target
from scanner.protocols import dtls
from tests.real.servers import tool

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The files of a self-signed certificate and of its key."""
    folder = tmp_path_factory.mktemp("dtls")
    crt, key = str(folder / "node.crt"), str(folder / "node.key")
    command = [tool("openssl", "openssl"), "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=node.test"]
    subprocess.run([*command, "-days", "30", "-keyout", key, "-out", crt], check=True, capture_output=True)
    return crt, key


def sha256(crt: str) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(Path(crt).read_text())).hexdigest()


async def asked(run, wire, server: str, *settings: str):
    endpoint = await run.start(server, *settings, transport="udp")
    return (await wire.hold(dtls, Target(endpoint))).facts


@pytest.mark.parametrize(
    ("program", "versions"),
    [("coap-server-openssl", ("DTLSv1.2",)), ("coap-server-gnutls", ("DTLSv1.0", "DTLSv1.2"))],
)
async def test_a_node_with_a_pre_shared_key_has_versions_and_no_certificate(run, wire, program, versions):
    facts = await asked(run, wire, "coaps_server", program, "-k", "secret", "-h", "hint")
    assert facts["tls.versions"] == versions
    assert "DTLSv1.2 0xc0a8" in facts["tls.suites"]
    assert facts["tls.certificate_error"] == dtls.NO_CERTIFICATE


@pytest.mark.parametrize("program", ["coap-server-openssl", "coap-server-gnutls"])
async def test_a_node_with_a_certificate_shows_it(run, wire, certificate, program):
    crt, key = certificate
    facts = await asked(run, wire, "coaps_server", program, "-n", "-c", crt, "-j", key)
    assert "DTLSv1.2" in facts["tls.versions"]
    assert facts["tls.sha256"] == sha256(crt)


@pytest.mark.parametrize(
    ("option", "versions"),
    [("-dtls1", ("DTLSv1.0",)), ("-dtls1_2", ("DTLSv1.2",)), ("-dtls", ("DTLSv1.0", "DTLSv1.2"))],
)
async def test_the_versions_are_those_that_the_server_was_told(run, wire, certificate, option, versions):
    crt, key = certificate
    short = ("-mtu", "300", "-cipher", "ALL:@SECLEVEL=0")
    facts = await asked(run, wire, "dtls_server", option, "-cert", crt, "-key", key, *short)
    assert facts["tls.versions"] == versions
    assert facts["tls.settled"] == ("versions",)
    assert facts["tls.sha256"] == sha256(crt)
