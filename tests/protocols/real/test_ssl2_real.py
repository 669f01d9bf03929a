import ssl
import sys

import pytest

from inventory.model import Endpoint
from scanner.codecs.ssl2 import Ssl2
from scanner.conversation import Target
from scanner.protocols import tls
from scanner.tls.asking import Asker
from scanner.tls.ssl2 import ask

pytestmark = pytest.mark.real
TARGET = Target(Endpoint("127.0.0.1", 443))
# Of what can be installed today, scapy alone still serves SSL 2.0; it stays in a process of its own.
SCAPY = """
import sys
from scapy.layers.tls.automaton_srv import TLSServerAutomaton
TLSServerAutomaton(server="127.0.0.1", sport=int(sys.argv[1]), mycert=sys.argv[2], mykey=sys.argv[3]).run()
"""


def test_a_server_of_ssl_2_names_its_specs_and_its_certificate(serve, hold, certificate):
    crt, key = certificate
    port = serve("env", sys.executable, "-c", SCAPY, "{port}", str(crt), str(key))
    answer, peer = hold(ask(Asker(TARGET)), port)
    seven = ("010080", "020080", "030080", "040080", "050080", "060040", "0700c0")  # those of the draft's appendix C
    assert answer == Ssl2(seven, ssl.PEM_cert_to_DER_cert(crt.read_text()))
    assert all(any(say.allows(request) for say in tls.SAYS) for request in peer.sent)


def test_a_server_of_today_does_not_speak_it(serve, hold, certificate):
    crt, key = certificate
    port = serve("openssl", "s_server", "-quiet", "-accept", "127.0.0.1:{port}", "-cert", str(crt), "-key", str(key))
    answer, _ = hold(ask(Asker(TARGET)), port)
    assert answer is None
