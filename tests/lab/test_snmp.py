from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.fake import Log, Manners, Visit, load_depot, load_fakes
from lab.services import ber, snmp
from lab.services.snmp import Snmp

AGENT = Snmp(
    enterprise=318,
    mac="00:c0:b7:9e:10:28",
    port=1610,
    community="public",
    descr="APC Web/SNMP Management Card (MB:v4.1.0)",
    object_id="1.3.6.1.4.1.318.1.3.27",
    name="ups",
)
# RFC 3414, section 4: an empty engine id, user and varbind list, noAuthNoPriv and reportable; request id 0x1234.
DISCOVERY = bytes.fromhex(
    "303a 020103 300f 02021234 020300ffe3 040104 020103 0410 300e 0400 020100 020100 0400 0400 0400 3012 0400 0400 a00c 02021234 020100 020100 3000"
)
COMMON = ("-r", "0", "-t", "5")


@pytest.mark.real
@pytest.mark.parametrize("version", ["-v1", "-v2c"])
async def test_snmpget_reads_the_system_group(build, tool, version):
    house = await build(AGENT)
    said = await tool(
        "snmpget", *COMMON, version, "-c", "public", "-On", f"{house.address}:1610", snmp.SYS_DESCR, snmp.SYS_OBJECT_ID
    )
    assert '.1.3.6.1.2.1.1.1.0 = STRING: "APC Web/SNMP Management Card (MB:v4.1.0)"' in said.text
    assert ".1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.318.1.3.27" in said.text
    assert house.harms == []


@pytest.mark.real
async def test_snmpget_is_told_of_what_is_not_there_in_the_manner_of_its_version(build, tool):
    house = await build(AGENT)
    where = f"{house.address}:1610"
    first = await tool("snmpget", *COMMON, "-v1", "-c", "public", where, "1.3.6.1.9.9")
    second = await tool("snmpget", *COMMON, "-v2c", "-c", "public", where, "1.3.6.1.9.9")
    assert "noSuchName" in first.text
    assert "No Such Object available" in second.text


@pytest.mark.real
async def test_snmpwalk_walks_to_the_end(build, tool):
    house = await build(AGENT)
    said = await tool("snmpwalk", *COMMON, "-v2c", "-c", "public", "-On", f"{house.address}:1610", "1.3.6.1.2.1.1")
    assert sum(line.startswith(".1.3.6.1.2.1.1.") and "No more" not in line for line in said.text.splitlines()) == 7
    assert said.code == 0


@pytest.mark.real
async def test_snmpbulkwalk_sees_the_same_tree_as_snmpwalk_and_is_harm(build, tool):
    house = await build(replace(AGENT, up=0))
    wish = (*COMMON, "-v2c", "-c", "public", "-On", f"{house.address}:1610", "1.3.6")
    walked, bulked = await tool("snmpwalk", *wish), await tool("snmpbulkwalk", *wish)
    named = [[line.partition(" = ")[0] for line in said.text.splitlines()] for said in (walked, bulked)]
    assert named[0] == named[1]
    assert named[0][-1] == named[0][-2], "the last line says that nothing follows"
    assert set(house.harms) == {"an SNMP GETBULK"}


@pytest.mark.real
async def test_a_set_is_harm(build, tool):
    house = await build(AGENT)
    await tool(
        "snmpset", "-r", "0", "-t", "0.2", "-v2c", "-c", "public", f"{house.address}:1610", snmp.SYS_NAME, "s", "x"
    )
    assert house.harms == ["an SNMP SET"]


@pytest.mark.real
async def test_snmpget_discovers_the_engine_by_version_3(build, tool):
    house = await build(AGENT)
    said = await tool(
        "snmpget", *COMMON, "-v3", "-l", "noAuthNoPriv", "-u", "x", f"{house.address}:1610", snmp.SYS_DESCR
    )
    assert "Unknown user name" in said.text  # so it took our engine id and asked again with it


def visit():
    return Visit("test", Log(), Manners())


def test_the_report_names_the_engine_its_boots_and_its_time():
    report = AGENT.answer(DISCOVERY, visit())
    assert report is not None
    version, header, security, scoped = ber.read(report)[0].parts
    engine, boots, seconds, *_ = ber.read(security.content)[0].parts
    assert version.number == 3
    assert header.parts[0].number == 0x1234
    assert engine.content == bytes.fromhex("8000013e 03 00c0b79e1028")
    assert boots.number == 7
    assert seconds.number >= 3_456_789
    assert scoped.parts[2].tag == 0xA8
    assert scoped.parts[2].parts[0].number == 0x1234


def get(community):
    name = ber.object_identifier(snmp.SYS_DESCR)
    bindings = ber.element(ber.SEQUENCE, ber.element(ber.SEQUENCE, name, bytes((5, 0))))
    pdu = ber.element(0xA0, ber.integer(9), ber.integer(0), ber.integer(0), bindings)
    return ber.element(ber.SEQUENCE, ber.integer(1), ber.element(ber.OCTET_STRING, community), pdu)


def test_is_silent_to_another_community_and_counts_it():
    asking = visit()
    assert AGENT.answer(get(b"private"), asking) is None
    assert AGENT.answer(get(b"public"), asking) is not None
    assert asking.log.logins == {"community private": 1, "community public": 0}


def test_a_wrong_community_sent_again_is_no_harm():
    asking = visit()
    assert [AGENT.answer(get(b"private"), asking) for _ in range(5)] == [None] * 5
    assert asking.log.harms == []


def test_an_agent_without_a_community_answers_none():
    closed = Snmp(enterprise=8072, mac="02:00:00:00:00:01")
    assert closed.answer(get(b"public"), visit()) is None
    assert closed.answer(get(b""), visit()) is None
    assert closed.answer(DISCOVERY, visit()) is not None


def ask(agent, tag, oid, community, *numbers):
    """The names and values that an agent answers a v2c PDU with."""
    bindings = ber.element(ber.SEQUENCE, ber.element(ber.SEQUENCE, ber.object_identifier(oid), bytes((5, 0))))
    pdu = ber.element(tag, ber.integer(9), *map(ber.integer, numbers or (0, 0)), bindings)
    asked = ber.element(ber.SEQUENCE, ber.integer(1), ber.element(ber.OCTET_STRING, community.encode()), pdu)
    answer, _ = ber.read(agent.answer(asked, visit()))
    return [(ber.dotted(one.parts[0].content), one.parts[1]) for one in answer.parts[2].parts[3].parts]


WALKED = [
    (fake, service)
    for fake in (*load_fakes(), *load_depot())
    for service in fake.services
    if isinstance(service, Snmp) and service.community is not None and 1 in service.versions
]


@pytest.mark.parametrize(("fake", "agent"), WALKED, ids=lambda one: getattr(one, "name", ""))
def test_a_walk_rises_ends_and_passes_the_address_of_the_device(fake, agent):
    seen, at = {}, "1.3"
    while (step := ask(agent, 0xA1, at, agent.community)[0])[1].tag != 0x82:  # endOfMibView (RFC 3416)
        assert [int(arc) for arc in step[0].split(".")] > [int(arc) for arc in at.split(".")]
        at, seen[step[0]] = step[0], step[1]
    assert seen["1.3.6.1.2.1.2.2.1.6.1"].content.hex(":") == fake.mac
    assert seen[snmp.SYS_DESCR].content == agent.descr.encode()
    assert ber.dotted(seen[snmp.SYS_OBJECT_ID].content).startswith(f"1.3.6.1.4.1.{agent.enterprise}.")
    assert seen[snmp.SYS_UP_TIME].number >= agent.up * 100
    assert len(seen) >= 19


def test_a_getbulk_repeats_up_to_the_end_of_the_tree():
    rows = ask(AGENT, 0xA5, "1.3.6.1.2.1.2.2.1.8", "public", 0, 50)
    assert [name for name, _ in rows][:4] == [f"1.3.6.1.2.1.2.2.1.{column}.1" for column in (8, 9, 10, 16)]
    assert {value.tag for _, value in rows[4:]} == {0x82}
    assert len(rows) == 25


@given(st.binary(max_size=120))
def test_junk_ends_in_an_answer_or_silence(junk):
    answer = AGENT.answer(junk, visit())
    assert answer is None or answer.startswith(b"0")


@given(st.integers(0, len(DISCOVERY) - 1), st.integers(0, 255))
def test_a_discovery_with_one_octet_changed_ends_in_an_answer_or_silence(at, octet):
    answer = AGENT.answer(DISCOVERY[:at] + bytes((octet,)) + DISCOVERY[at + 1 :], visit())
    assert answer is None or answer.startswith(b"0")
