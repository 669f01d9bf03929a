"""CoAP: the list of a device's resources, and nothing that the list points to.

One GET of /.well-known/core (RFC 6690, section 4) in a confirmable message without a token (RFC 7252, section 5.3.1); of a long list the first four blocks
(RFC 7959), of 256 bytes each. No observation, no PUT, no POST, no DELETE.
"""

from inventory.errors import ProtocolError
from inventory.model import FactValue
from scanner.codecs import coap_codec
from scanner.codecs.coap_codec import Message
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Target

NAME = "coap"
TRANSPORT = "udp"
PORTS = (5683,)
SAFETY = Safety.A
OVER_TLS = False
SPEAKS_FIRST = False
CORE = "/.well-known/core"
SAYS = (coap_codec.says(CORE), coap_codec.ACKNOWLEDGE)
FACTS = {
    "coap.code": "the code of the answer, '2.05'",
    "coap.resources": "the paths of its resources",
    "coap.rt": "their resource types",
    "coap.if": "their interfaces",
    "coap.titles": "their titles",
}
_LIST = 64


def probe(target: Target) -> Conversation[Heard]:
    """Ask for the list of resources."""
    return heard_in((yield from coap_codec.fetch(CORE, coap_codec.FIRST_BLOCK)))


def heard_in(answer: Message) -> Heard:
    """The facts of an answer: also a refusal proves that the device speaks CoAP."""
    facts: dict[str, FactValue] = {"coap.code": answer.shown_code}
    if answer.code == coap_codec.CONTENT:
        found = coap_codec.links(answer.payload)
        lists = {
            "coap.resources": [link.path for link in found if link.path],
            "coap.rt": [word for link in found for word in link.words("rt")],
            "coap.if": [word for link in found for word in link.words("if")],
            "coap.titles": [value for link in found for name, value in link.attributes if name == "title" and value],
        }
        facts |= {fact: tuple(dict.fromkeys(texts))[:_LIST] for fact, texts in lists.items() if texts}
    return Heard(facts, answer.payload[:EVIDENCE_LIMIT] or answer.shown_code.encode())


def parse(datagram: bytes) -> Heard:
    """The facts of one answer."""
    message = coap_codec.parse(datagram)
    if message.code >> 5 not in (2, 4, 5):
        raise ProtocolError("not a CoAP answer")
    return heard_in(message)
