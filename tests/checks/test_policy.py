"""Rules laid over one another, and what they permit."""

from dataclasses import replace

import pytest

from checks.policy import Policy, Rule, Vantage, built_in, port_span
from checks.services import counts_as, groups, in_words, no_service, speak_words, spelt_out, talk_words
from inventory.model import KINDS, Confidence, Endpoint, Severity
from scanner.protocols import load_protocols

HARBOUR, TRAM = "192.0.2.1", "198.51.100.1"


def words(*names: str) -> frozenset[str]:
    return frozenset(names)


def policy(*rules: Rule, shipped: tuple[Rule, ...] = ()) -> Policy:
    sites = {HARBOUR: ("harbour", "Port"), TRAM: ("", "")}
    return Policy(
        rules,
        shipped=shipped,
        site_of=lambda address: sites[address][0],
        department_of=lambda address: sites[address][1],
    )


def camera(make, *heard, kind="camera"):
    return make(*heard, claims={"kind": kind})


@pytest.mark.parametrize(
    ("rules", "wins"),
    [
        ([Rule(min_tls="1.0"), Rule("camera", min_tls="1.1")], "1.1"),
        ([Rule("camera", min_tls="1.1"), Rule(department="Port", min_tls="1.2")], "1.2"),
        ([Rule(department="Port", min_tls="1.1"), Rule("camera", department="Port", min_tls="1.2")], "1.2"),
        ([Rule("camera", department="Port", min_tls="1.1"), Rule(site="harbour", min_tls="1.2")], "1.2"),
        ([Rule(site="harbour", min_tls="1.1"), Rule("camera", "harbour", min_tls="1.2")], "1.2"),
        ([Rule("camera", "harbour", min_tls="1.1"), Rule(site="harbour", department="Port", min_tls="1.2")], "1.2"),
        ([Rule("camera", "harbour", min_tls="1.1"), Rule("camera", "harbour", "Port", min_tls="1.2")], "1.2"),
    ],
)
def test_the_more_particular_rule_wins_in_whatever_order_they_stand(make, rules, wins):
    for order in (rules, rules[::-1]):
        held = policy(*order).rule_for(camera(make))
        assert held is not None
        assert held.min_tls == wins


def test_what_a_rule_does_not_say_stays_as_the_more_general_one_has_it(make):
    general = Rule("camera", speak=words("http"), talk=words("mdns"), min_tls="1.2", place="policy.toml line 1")
    at_harbour = Rule("camera", "harbour", min_tls="1.3", place="policy.toml line 9")
    held = policy(general, at_harbour).rule_for(camera(make))
    assert held is not None
    assert (held.speak, held.talk, held.min_tls) == (words("http"), words("mdns"), "1.3")
    assert (held.where("speak"), held.where("min_tls")) == ("policy.toml line 1", "policy.toml line 9")
    assert held.place == "policy.toml line 9"


def test_nothing_at_all_is_something_that_a_rule_can_say(make):
    shipped = (Rule("camera", speak=words("http"), talk=words("mdns")),)
    held = policy(Rule("camera", speak=frozenset()), shipped=shipped).rule_for(camera(make))
    assert held is not None
    assert (held.speak, held.talk) == (frozenset(), words("mdns"))


def test_the_citys_word_outranks_what_is_shipped_even_where_it_is_of_any_kind(make):
    shipped = (Rule("camera", min_tls="1.2", place="the built-in policy"),)
    held = policy(Rule(min_tls="1.3", place="policy.toml line 1"), shipped=shipped).rule_for(camera(make))
    assert held is not None
    assert (held.min_tls, held.where("min_tls")) == ("1.3", "policy.toml line 1")


def test_a_rule_of_another_site_department_or_kind_does_not_hold(make):
    rules = (Rule("camera", "tram"), Rule("camera", department="Parks"), Rule("nas"))
    assert policy(*rules).rule_for(camera(make)) is None


def test_a_device_of_unknown_kind_has_a_rule_only_where_any_kind_has_one(make):
    assert built_in().rule_for(make()) is None
    held = policy(Rule(min_tls="1.2")).rule_for(make())
    assert held is not None
    assert held.min_tls == "1.2"


def test_another_vantage_is_the_same_policy_with_no_memory_of_the_first(make):
    first = policy(Rule("camera", min_tls="1.2"))
    assert first.rule_for(camera(make)) == replace(first, vantage="guest-wifi").rule_for(camera(make))
    other = replace(first, site_of=lambda _: "", rules=(Rule("nas"),))
    assert other.rule_for(camera(make)) is None


def permitted(make, rule: Rule, port: str, protocol: str = "") -> str:
    transport, _, number = port.partition("/")
    return policy(rule).permits(camera(make), Endpoint(HARBOUR, int(number), transport), protocol)


def test_a_service_is_permitted_where_a_rule_names_its_protocol(make):
    rule = Rule("camera", speak=words("rdp"), place="policy.toml line 3")
    assert permitted(make, rule, "tcp/13389", "rdp") == "policy.toml line 3"
    assert permitted(make, rule, "tcp/5900", "vnc") == ""


def test_a_service_is_permitted_where_a_rule_names_its_port_or_a_range_around_it(make):
    rule = Rule("camera", ports=words("tcp/5900-5910"), place="policy.toml line 3")
    assert permitted(make, rule, "tcp/5900", "vnc") == "policy.toml line 3"
    assert permitted(make, rule, "tcp/5910") == "policy.toml line 3"
    assert permitted(make, rule, "tcp/5911", "vnc") == ""
    assert permitted(make, rule, "udp/5900") == ""


def test_what_said_nothing_is_permitted_at_the_own_port_of_a_protocol_that_is(make):
    rule = Rule("camera", speak=words("mqtt"), place="policy.toml line 3")
    assert permitted(make, rule, "tcp/1883") == "policy.toml line 3"
    assert permitted(make, rule, "tcp/1884") == ""


def test_that_nothing_is_said_against_a_service_permits_nothing(make):
    assert permitted(make, Rule("camera", min_tls="1.2"), "tcp/3389", "rdp") == ""
    assert policy().permits(camera(make), Endpoint(HARBOUR, 3389), "rdp") == ""


@pytest.mark.parametrize("carrier", ["http", "tls", "mdns"])
def test_what_carries_quite_different_services_permits_none_of_them_by_its_name(make, carrier):
    rule = Rule("camera", speak=words("http", "tls"), talk=words("mdns"), place="policy.toml line 3")
    assert permitted(make, rule, "tcp/9200", carrier) == ""
    assert permitted(make, rule, "tcp/8000") == ""
    assert permitted(make, replace(rule, ports=words("tcp/9200")), "tcp/9200", carrier) == "policy.toml line 3"


def test_what_is_shipped_permits_nothing_even_beneath_a_rule_of_the_citys(make):
    shipped = (Rule("nas", speak=words("smb"), place="the built-in policy"),)
    held = policy(Rule("nas", min_tls="1.3"), shipped=shipped)
    assert held.permits(camera(make, kind="nas"), Endpoint(HARBOUR, 445), "smb") == ""
    permits = [kind for kind in KINDS if built_in().permits(camera(make, kind=kind), Endpoint(HARBOUR, 445), "smb")]
    assert permits == []


@pytest.mark.parametrize("protocol", ["telnet", "ftp", "vnc", "rdp", "mqtt", "redis", "mysql", "postgresql", "mongodb"])
def test_the_shipped_policy_lets_no_kind_offer_a_desktop_a_broker_a_database_or_clear_text(protocol):
    assert [rule.kind for rule in built_in().shipped if protocol in (rule.speak or ())] == []


def test_the_shipped_policy_has_one_rule_for_every_kind_and_none_for_any():
    assert [rule.kind for rule in built_in().shipped] == list(KINDS)


def test_the_shipped_policy_counts_a_deviation_of_control_equipment_as_medium():
    medium = {rule.kind for rule in built_in().shipped if rule.severity is not None}
    assert medium == {"door-controller", "hmi", "message-sign", "plc", "rtu", "traffic-controller"}
    assert {rule.severity for rule in built_in().shipped if rule.severity is not None} == {Severity.MEDIUM}


def test_a_policy_is_named_with_the_beginning_of_its_hash():
    assert built_in().title == f"built in {built_in().hash[:12]}"
    assert Policy(name="policy.toml").title == "policy.toml"


def test_a_vantage_that_says_nothing_of_its_exposure_is_controlled():
    assert Vantage("plant").exposure == "controlled"


@pytest.mark.parametrize(("text", "span"), [("tcp/8000", ("tcp", 8000, 8000)), ("udp/1-65535", ("udp", 1, 65535))])
def test_a_port_or_a_range_is_read(text, span):
    assert port_span(text) == span


@pytest.mark.parametrize(
    "text",
    ["8000", "tcp/0", "tcp/65536", "tcp/9-8", "tcp/8-8", "sctp/9", "tcp/", "tcp/1-", "tcp/٣", "tcp/1" + "0" * 99],
)
def test_what_is_no_port_is_refused(text):
    with pytest.raises(ValueError, match="port"):
        port_span(text)


def test_every_protocol_of_a_group_is_one_that_a_policy_can_name():
    known = spelt_out(load_protocols()) | speak_words() | talk_words()
    assert {name for members in groups().values() for name in members} <= known


def test_no_group_holds_both_services_and_talk():
    assert all(members <= talk_words() or not members & talk_words() for members in groups().values())


def test_a_word_is_a_group_a_service_or_talk_and_never_two_of_them():
    assert not groups().keys() & (speak_words() | talk_words())
    assert not speak_words() & talk_words()
    assert not no_service() & (speak_words() | talk_words())


def test_what_is_asked_within_another_protocol_counts_as_that():
    assert [counts_as(name) for name in ("favicon", "entity", "dtls", "ssh")] == ["http", "snmp", "tls", "ssh"]
    assert spelt_out(["web", "entity"]) == words("http", "tls", "snmp")


def test_a_group_is_named_where_all_of_it_is_meant():
    assert in_words(["tls", "ssh", "http"]) == "web, ssh"
    assert in_words(["http"]) == "http"
    assert in_words([]) == "nothing"


def test_a_guess_at_the_kind_permits_nothing(make, claim):
    held = policy(Rule("camera", speak=words("rdp"), place="policy.toml line 3"))
    for confidence, permits in ((Confidence.INFERRED, False), (Confidence.LIKELY, True)):
        guessed = make(said=(claim("kind", "camera", 80, "http.title", confidence),))
        assert bool(held.permits(guessed, Endpoint(HARBOUR, 3389), "rdp")) is permits


def test_what_a_site_permits_holds_at_its_own_addresses_alone(make):
    held = policy(Rule(site="harbour", speak=words("rdp"), place="policy.toml line 3"))
    both = replace(camera(make), addresses=(HARBOUR, TRAM))
    assert held.permits(both, Endpoint(HARBOUR, 3389), "rdp")
    assert held.permits(both, Endpoint(TRAM, 3389), "rdp") == ""


def test_what_is_allowed_inside_tls_permits_nothing_else_that_is_heard_at_its_port(make):
    rule = Rule("camera", speak=words("mqtts"), place="policy.toml line 3")
    assert [bool(permitted(make, rule, "tcp/8883", heard)) for heard in ("mqtt", "tls", "")] == [True, True, True]
    assert permitted(make, rule, "tcp/8883", "socks") == ""
