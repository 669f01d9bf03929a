"""SNMP: does this community (the account's password) read sysDescr.0? Nothing else is read, and nothing is ever set.

v2c is asked first and v1 only where v2c met silence: agents from before 1996 speak no other. A wrong community is answered with silence (RFC 3584, section
5.2.1), so silence is a refusal here.
"""

from checks.contract import Account, Answer, Verdict
from inventory.errors import PeerError, TimedOut
from scanner.codecs import ber
from scanner.conversation import Conversation, Line, Send
from scanner.mask import masked
from scanner.protocols.snmp import COMMUNITY_LIMIT, SYS_DESCR, V1, V2C, Response, await_response, fresh_number, get

NAME = "snmp"
REST = 0.0  # a datagram, and no session
_AUTHORISATION_ERROR = 16
_EVIDENCE = 256


async def attempt(line: Line, account: Account) -> Answer:
    """Ask once in v2c and, where that meets silence, once in v1."""
    if len(account.password.encode()) > COMMUNITY_LIMIT:
        return Answer(Verdict.NOT_TRIED, reason=f"a community of more than {COMMUNITY_LIMIT} bytes")
    try:
        for version in (V2C, V1):
            response = await line.hold(_ask(version, account.password))
            if response is not None:
                return judge(response, account)
    except PeerError as error:
        return Answer(Verdict.UNREACHED, reason=str(error))
    return Answer(Verdict.REFUSED, reason="no answer to this community")


def _ask(version: int, community: str) -> Conversation[Response | None]:
    request_id = fresh_number()
    yield Send(get(version, community, request_id, (SYS_DESCR,)))
    try:
        return (yield from await_response(request_id))
    except TimedOut:
        return None


def judge(response: Response, account: Account) -> Answer:
    """What an answer to the GET means; only one that carries a value for sysDescr.0 proves that the community reads."""
    if response.error == _AUTHORISATION_ERROR:
        return Answer(Verdict.REFUSED, reason="authorizationError")
    tag, content = response.variables.get(SYS_DESCR, (ber.NULL, b""))
    if response.error or tag != ber.OCTETS:
        return Answer(Verdict.REFUSED, reason="the community reads no sysDescr.0")
    evidence = masked(content, account.password)[:_EVIDENCE]
    if not account.password:
        return Answer(Verdict.NO_LOGIN_ASKED, evidence, "it answers to an empty community")
    return Answer(Verdict.OPENED, evidence)
