"""The engine of the table of exposures, and what each row of the table owes."""

import re
from dataclasses import replace

import pytest

from checks.contract import load_checks
from checks.debug_interface import debug_interface
from checks.exposure import all_exposures
from checks.management_channel import management_channel
from checks.policy import Policy
from checks.ports import never_touch
from checks.remote_desktop import remote_desktop
from inventory.model import KINDS, Confidence, Device, Endpoint
from scanner.protocols import load_protocols

ROWS = pytest.mark.parametrize("row", all_exposures(), ids=lambda row: row.id)


class _Permissive(Policy):
    """Allows whatever it is asked for."""

    def permits(self, device: Device, endpoint: Endpoint, protocol: str = "") -> str:
        return f"policy.toml line 7 ({protocol or endpoint.port})"


def opened(device, *ports):
    """The device with these ports open: ("tcp", 80)."""
    return replace(device, open_ports=tuple(Endpoint("192.0.2.1", port, transport) for transport, port in ports))


@ROWS
def test_a_row_belongs_to_a_check_that_there_is_and_says_what_shows_it(row):
    assert row.check in {check.id for check in load_checks()}
    assert row.protocols or row.ports
    assert set(row.protocols) | set(row.beside) <= set(load_protocols())
    declared = {name for protocol in load_protocols().values() for name in protocol.FACTS}
    assert {*row.when, *row.unless} <= declared
    assert set(row.kinds) <= set(KINDS)


@ROWS
def test_a_row_says_what_is_wrong_what_to_do_and_by_whose_word(row):
    assert row.detail.endswith(".")
    assert row.remedy.endswith(".")
    assert len(row.remedy.split()) >= 5
    assert len(row.source) >= 10
    assert any(clause.startswith("CWE-") for clause in row.standards)
    assert len(row.title) <= 80


@ROWS
def test_the_ports_of_a_row_are_ports_that_may_be_asked(row):
    for where in row.ports:
        transport, _, port = where.partition("/")
        assert transport in {"tcp", "udp"}
        assert 0 < int(port) < 65536
        assert int(port) not in never_touch() or row.check == "raw-printing"  # which is heard of, and never asked


def test_no_two_rows_have_one_name():
    assert len({row.id for row in all_exposures()}) == len(all_exposures())


def test_an_open_port_where_nothing_was_understood_is_likely_and_says_so(make, judge):
    judged = judge(remote_desktop, opened(make(), ("tcp", 3389)))
    (flaw,) = judged.flaws
    assert (flaw.endpoint.port, flaw.confidence, flaw.facet) == (3389, Confidence.LIKELY, "tcp/3389 rdp")
    assert "number of its port alone" in flaw.detail


def test_a_port_where_something_else_spoke_is_not_known_by_its_number(make, judge):
    judged = judge(remote_desktop, opened(make(("http", 3389, {})), ("tcp", 3389)))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_a_row_may_bear_a_protocol_beside_it(make, judge):
    console = opened(make(("telnet", 9527, {"telnet.prompt": "login"})), ("tcp", 9527))
    (flaw,) = judge(management_channel, console).flaws
    assert flaw.confidence is Confidence.LIKELY
    assert flaw.evidence == b"evidence of telnet"
    assert "could be another's" in flaw.detail
    page = opened(make(("telnet", 9527, {}), ("http", 9527, {})), ("tcp", 9527))
    assert judge(management_channel, page).flaws == []


def test_a_row_for_one_maker_waits_for_the_maker(make, judge):
    assert judge(management_channel, opened(make(), ("tcp", 8000))).flaws == []
    known = opened(make(claims={"vendor": "Hikvision"}), ("tcp", 8000))
    assert judge(management_channel, known).ports == [8000]


def test_a_number_that_others_use_as_well_is_inferred(make, judge):
    (flaw,) = judge(debug_interface, opened(make(), ("tcp", 3333))).flaws
    assert flaw.confidence is Confidence.INFERRED


def test_what_the_policy_allows_is_no_finding_and_the_reason_names_where(make):
    device = make(("rdp", 3389, {"rdp.nla": True}))
    judgement = remote_desktop.judge(device, policy=_Permissive())
    with pytest.raises(StopIteration) as ended:
        next(judgement)
    assert ended.value.value == "rdp on tcp/3389 is allowed by policy.toml line 7 (rdp)"


@pytest.mark.parametrize(
    ("protocol", "port", "facts"),
    [("rdp", 3389, {"rdp.nla": False}), ("x11", 6000, {"x11.open": True})],
)
def test_no_policy_allows_a_desktop_that_is_open(make, protocol, port, facts):
    (flaw,) = list(remote_desktop.judge(make((protocol, port, facts)), policy=_Permissive()))
    assert flaw.endpoint.port == port


@pytest.mark.parametrize(
    ("heard", "found"),
    [
        (("nmap", 9527, {"nmap.service": "unknown"}), True),
        (("greeting", 9527, {"greeting.text": "hello"}), True),
        (("greeting", 9527, {"greeting.text": "+OK", "greeting.protocol": "pop3"}), False),
        (("http_heard", 9527, {"http.server": "nginx"}), False),
    ],
    ids=["another tool's word", "an unknown greeting", "a known greeting", "a page that was overheard"],
)
def test_what_tells_no_more_than_that_a_port_is_open_hides_nothing(make, judge, heard, found):
    flaws = judge(management_channel, opened(make(heard), ("tcp", 9527))).flaws
    assert [flaw.confidence for flaw in flaws] == ([Confidence.LIKELY] if found else [])


def test_a_title_says_where_the_number_of_the_port_is_all_there_is(make, judge):
    (heard,) = judge(remote_desktop, make(("rdp", 3389, {"rdp.nla": True}))).flaws
    (silent,) = judge(remote_desktop, opened(make(), ("tcp", 3389))).flaws
    assert (heard.title, silent.title) == (
        "A remote desktop (RDP) is offered to the network",
        "A remote desktop (RDP) is offered to the network (by its port's number)",
    )
    (backdoor,) = judge(management_channel, opened(make(), ("tcp", 9530))).flaws
    assert backdoor.title.endswith("seems to be reachable")


@ROWS
def test_nothing_is_called_confirmed_that_a_row_says_was_not_tried(row):
    doubted = re.search(r"by the number alone|whether it asks", row.detail)
    assert not doubted or not row.protocols or row.sure < Confidence.CONFIRMED
