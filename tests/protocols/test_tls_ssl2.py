import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerClosed, ProtocolError, Unreached
from inventory.model import Endpoint
from scanner.codecs.ssl2 import Ssl2
from scanner.conversation import Reconnect, Target
from scanner.tls.asking import Asker
from scanner.tls.ssl2 import ask
from tests.holding import hold_with

TARGET = Target(Endpoint("192.0.2.1", 443))
# Hickman, "The SSL Protocol" (1995), SERVER-HELLO: no session hit, X.509, version 0002, five bytes of certificate, two specs, no connection id.
MESSAGE = bytes.fromhex("04 00 01 0002 0005 0006 0000 3003020101 0700c0 020080")
SPOKEN = Ssl2(("0700c0", "020080"), bytes.fromhex("3003020101"))


@pytest.mark.parametrize("header", ["8016", "001600"])
def test_a_server_that_speaks_it_names_its_specs(recite, header):
    answer, sent = recite(ask(Asker(TARGET)), [bytes.fromhex(header) + MESSAGE])
    assert answer == SPOKEN
    assert sent[1:] == [bytes.fromhex("8003 00 0001")]


@pytest.mark.parametrize(
    "said",
    [
        bytes.fromhex("15 0301 0002 02 46"),  # a fatal alert, RFC 5246 section 7.2.2
        bytes.fromhex("8003 00 0002"),  # the draft's NO-CERTIFICATE-ERROR
        bytes.fromhex("8004 00 0002"),
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"220 ready\r\n",
        b"",
    ],
)
@pytest.mark.parametrize("silent", [True, False])
def test_a_server_that_does_not_is_none(recite, said, silent):
    answer, sent = recite(ask(Asker(TARGET)), [said], silent=silent)
    assert answer is None
    assert len(sent) == 1


def test_a_server_that_cannot_be_reached_is_no_answer():
    def unreached(step):
        if isinstance(step, Reconnect):
            raise Unreached("connection refused")
        raise PeerClosed

    with pytest.raises(Unreached):
        hold_with(ask(Asker(TARGET, asked=1)), unreached)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # recite keeps no state
@given(st.binary(max_size=60), st.booleans())
def test_junk_ends_in_an_answer_in_none_or_in_what_is_wrong_with_it(recite, junk, framed):
    said = bytes((0x80, len(junk) + 5)) + MESSAGE[:5] + junk if framed else junk
    try:
        answer, _ = recite(ask(Asker(TARGET)), [said])
    except ProtocolError:
        return
    assert answer is None or isinstance(answer, Ssl2)


@pytest.mark.parametrize("silent", [True, False])
@pytest.mark.parametrize(
    "said", [b"\xff\xff" + MESSAGE, b"\xff\xff\x04", b"\x80\x0b" + MESSAGE[:5] + b"\xff" * 6], ids=bytes.hex
)
def test_an_answer_that_begins_and_does_not_end_leaves_open_whether_it_is_spoken(recite, said, silent):
    with pytest.raises(ProtocolError, match="ends early"):
        recite(ask(Asker(TARGET)), [said], silent=silent)
