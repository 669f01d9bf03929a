"""LDAP: what the server says of itself to anybody, and a goodbye. No bind, so nobody is named, and no entry of the directory is read.

One search of the root DSE (RFC 4512, section 5.1), which is no content of the directory but the server's description of itself, to be read before a bind; of
it the five attributes below and no others, so that not even the names of the directory's trees are told. Then Unbind.
"""

from collections.abc import Mapping
from contextlib import suppress

from inventory.errors import PeerError, ProtocolError
from inventory.model import FactValue
from inventory.text import one_line
from scanner.codecs import ldap_codec
from scanner.codecs.ldap_codec import Message, read_message
from scanner.conversation import EVIDENCE_LIMIT, Conversation, Heard, Safety, Say, Send, Target

NAME = "ldap"
TRANSPORT = "tcp"
PORTS = (389, 636)
SAFETY = Safety.A
OVER_TLS = True
SPEAKS_FIRST = False
HARDY = True
READ = ldap_codec.root_dse(
    1, "vendorName", "vendorVersion", "supportedLDAPVersion", "supportedExtension", "supportedSASLMechanisms"
)
UNBIND = ldap_codec.unbind(2)
SAYS = (Say.exactly("read the root DSE", READ), Say.exactly("Unbind", UNBIND))
FACTS = {
    "ldap.code": "the result code of the reading, RFC 4511 appendix A: 0 where anybody may",
    "ldap.vendor": "who made the server (RFC 3045)",
    "ldap.version": "the version of the server's software (RFC 3045)",
    "ldap.protocol_versions": "the versions of LDAP that it speaks",
    "ldap.mechanisms": "how it takes logins (SASL): 'EXTERNAL', 'DIGEST-MD5', …",
    "ldap.starttls": "whether it offers TLS by StartTLS, where it is not spoken inside TLS and it tells what it offers",
}
_TEXTS = {"ldap.vendor": "vendorname", "ldap.version": "vendorversion"}
_LISTS = {"ldap.protocol_versions": "supportedldapversion", "ldap.mechanisms": "supportedsaslmechanisms"}
_MESSAGES, _LIST = 4, 32


def probe(target: Target) -> Conversation[Heard]:
    """Read the root DSE, and leave."""
    yield Send(READ)
    entry: Mapping[str, tuple[bytes, ...]] = {}
    evidence = b""
    for _ in range(_MESSAGES):
        message = yield from read_message()
        if message.operation == ldap_codec.ENTRY:
            entry, evidence = ldap_codec.parse_entry(message), message.content
            continue
        code = _ended(message)
        break
    else:
        raise ProtocolError("an LDAP search without an end")
    with suppress(PeerError):  # it has said what we came for
        yield Send(UNBIND)
    facts = _facts(entry, inside_tls=target.tls)
    return Heard({"ldap.code": code, **facts}, (evidence or message.content)[:EVIDENCE_LIMIT])


def _ended(message: Message) -> int:
    """The result code of the search; also a refusal, and the notice that the server hangs up (RFC 4511, section 4.4.1), prove that it speaks LDAP."""
    if message.operation not in (ldap_codec.DONE, ldap_codec.EXTENDED_ANSWER):
        raise ProtocolError("not an answer to an LDAP search")
    return ldap_codec.parse_result(message).code


def _facts(entry: Mapping[str, tuple[bytes, ...]], *, inside_tls: bool) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {}
    for fact, attribute in _TEXTS.items():
        for value in entry.get(attribute, ())[:1]:
            facts[fact] = _text(value)
    for fact, attribute in _LISTS.items():
        if attribute in entry:
            facts[fact] = tuple(_text(value) for value in entry[attribute][:_LIST])
    if "supportedextension" in entry and not inside_tls:
        facts["ldap.starttls"] = ldap_codec.STARTTLS_OID.encode() in entry["supportedextension"]
    return facts


def _text(value: bytes) -> str:
    return one_line(value.decode("utf-8", "replace"), 120)
