import hashlib
import ssl

import pytest

from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import tls

pytestmark = pytest.mark.real
TARGET = Target(Endpoint("127.0.0.1", 443))


def said(peer):
    return all(any(say.allows(request) for say in tls.SAYS) for request in peer.sent)


@pytest.mark.parametrize(
    ("option", "version"),
    [("-tls1", "TLSv1.0"), ("-tls1_1", "TLSv1.1"), ("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")],
)
def test_names_the_only_version_that_s_server_speaks(serve, hold, certificate, option, version):
    crt, key = certificate
    arguments = ["-accept", "127.0.0.1:{port}", "-cert", str(crt), "-key", str(key), "-cipher", "ALL:@SECLEVEL=0"]
    port = serve("openssl", "s_server", "-quiet", *arguments, option)
    heard, peer = hold(tls.probe(TARGET), port)
    der = ssl.PEM_cert_to_DER_cert(crt.read_text())
    assert heard.facts["tls.versions"] == (version,)
    assert heard.facts["tls.suites"][0].startswith(version + " 0x")
    assert heard.facts["tls.sha256"] == hashlib.sha256(der).hexdigest()
    assert heard.facts["tls.chain"] == (heard.facts["tls.sha256"],)
    assert heard.facts["tls.sans"] == ("camera.test", "192.0.2.1")
    assert heard.facts["tls.self_signed"] is True
    assert peer.connections <= 4
    assert said(peer)
