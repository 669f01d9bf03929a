"""What deviates from the policy, what does not, and how bad it is."""

from dataclasses import replace

import pytest

from checks.contract import Act, informed
from checks.policy import Policy, Rule, built_in
from checks.policy_deviation import MOST, policy_deviation
from inventory.model import Claim, Confidence, Device, Endpoint, Gap, Observation, Severity
from tests.checks.conftest import NOW

HERE = "192.0.2.1"


def words(*names: str) -> frozenset[str]:
    return frozenset(names)


CAMERA = Rule("camera", speak=words("http", "tls"), talk=words("mdns"), min_tls="1.2", place="policy.toml line 7")


def by(*rules: Rule):
    return informed([policy_deviation], {"policy": Policy(rules)})[0]


def seen(protocol: str, port: int, transport: str = "tcp", address: str = HERE, **facts: object) -> Observation:
    told = {f"{protocol}.{name}": value for name, value in facts.items()}
    return Observation(Endpoint(address, port, transport), protocol, told, f"said by {protocol}".encode(), NOW)  # type: ignore[arg-type]


def device(
    *heard: Observation, kind: str = "camera", sure: Confidence = Confidence.CONFIRMED, **more: object
) -> Device:
    claims = (Claim("kind", kind, sure, "test"),) if kind else ()
    return replace(Device("serial:1", (HERE,), observations=heard, claims=claims), **more)  # type: ignore[arg-type]


def test_a_service_that_the_rule_does_not_name_is_told_with_the_rule_and_what_it_allows(judge):
    (flaw,) = judge(by(CAMERA), device(seen("ssh", 22), seen("http", 80))).flaws
    assert flaw.title == "Against the policy: ssh"
    assert flaw.detail == "Speaks ssh; policy.toml line 7 allows devices of the kind camera only web."
    assert (flaw.endpoint.port, flaw.evidence, flaw.sources) == (22, b"said by ssh", ("policy.toml line 7",))
    assert (flaw.severity, flaw.confidence, flaw.act) == (Severity.LOW, Confidence.CONFIRMED, Act.SWITCH_OFF)


def test_a_device_that_does_only_what_it_may_passes_and_the_reason_names_the_rule(judge):
    judged = judge(by(CAMERA), device(seen("http", 8080), seen("mdns", 5353, "udp")))
    assert (judged.flaws, judged.ended) == ([], "passed")
    assert judged.reason == "what was seen of it is what policy.toml line 7 allows"


def test_what_is_asked_within_a_web_server_is_the_web_server(judge):
    assert (
        judge(by(CAMERA), device(seen("http", 443), seen("tls", 443), seen("favicon", 443), seen("upnp", 443))).flaws
        == []
    )


def test_a_port_that_the_rule_names_may_be_open_whatever_speaks_there(judge):
    rule = replace(CAMERA, ports=words("tcp/22", "tcp/9000-9010"))
    opened = (Endpoint(HERE, 9005), Endpoint(HERE, 9011))
    assert judge(by(rule), device(seen("ssh", 22), open_ports=opened)).ports == [9011]


def test_the_detail_names_the_ports_too(judge):
    (flaw,) = judge(by(replace(CAMERA, ports=words("tcp/9000"))), device(seen("ssh", 22))).flaws
    assert "only web and whatever is at the ports tcp/9000" in flaw.detail
    (flaw,) = judge(by(Rule("camera", ports=words("tcp/9000"))), device(seen("ssh", 22))).flaws
    assert "only what is at the ports tcp/9000" in flaw.detail
    (flaw,) = judge(by(Rule("camera", speak=frozenset())), device(seen("ssh", 22))).flaws
    assert flaw.detail.endswith("allows devices of the kind camera nothing.")


def test_an_open_port_that_said_nothing_deviates_unless_it_is_the_own_port_of_what_may_be_spoken(judge):
    judged = judge(by(CAMERA), device(seen("http", 80), open_ports=(Endpoint(HERE, 443), Endpoint(HERE, 37777))))
    (flaw,) = judged.flaws
    assert (flaw.endpoint.port, flaw.confidence) == (37777, Confidence.LIKELY)
    assert flaw.title == "Against the policy: an open port"


def test_what_greeted_and_was_not_understood_is_an_open_port(judge):
    (flaw,) = judge(by(CAMERA), device(seen("greeting", 4242))).flaws
    assert flaw.title == "Against the policy: an open port"


def test_an_open_port_that_could_not_be_examined_is_a_doubt_and_no_finding(judge):
    gap = Gap(Endpoint(HERE, 8123), "http", "the packets were used up")
    judged = judge(by(CAMERA), device(seen("http", 80), open_ports=(Endpoint(HERE, 8123),), gaps=(gap,)))
    assert (judged.flaws, judged.ended) == ([], "unreached")
    assert judged.reason == "tcp/8123 is open and could not be examined"


def test_a_device_of_which_nothing_was_seen_is_not_judged(judge):
    judged = judge(by(CAMERA), device(seen("arp", 0, "udp"), seen("http_heard", 0)))
    assert (judged.flaws, judged.ended) == ([], "skipped")


@pytest.mark.parametrize("kind", ["", "camera"])
def test_a_device_of_which_the_policy_says_nothing_is_not_judged(judge, kind):
    judged = judge(by(Rule("nas", speak=frozenset())), device(seen("telnet", 23), kind=kind))
    assert (judged.flaws, judged.ended) == ([], "skipped")


def test_a_rule_that_says_nothing_of_services_judges_none(judge):
    rule = Rule("server", min_tls="1.2")
    assert judge(by(rule), device(seen("telnet", 23), seen("ssdp", 1900, "udp"), kind="server")).flaws == []


def test_a_sub_device_is_not_the_device(judge):
    behind = replace(seen("telnet", 23), behind="unit 1")
    assert judge(by(CAMERA), device(seen("http", 80), behind)).flaws == []


def test_one_port_is_one_finding_whatever_is_spoken_there_and_at_however_many_addresses(judge):
    twice = (seen("ssh", 2222), seen("rtsp", 2222), seen("ssh", 2222, address="2001:db8::1"))
    (flaw,) = judge(by(CAMERA), device(*twice, addresses=(HERE, "2001:db8::1"))).flaws
    assert flaw.title == "Against the policy: rtsp, ssh"


def test_talk_is_judged_by_what_may_be_talked(judge):
    (flaw,) = judge(by(CAMERA), device(seen("mdns", 5353, "udp"), seen("ssdp", 1900, "udp"))).flaws
    assert (
        flaw.detail
        == "Announces itself by ssdp; policy.toml line 7 allows devices of the kind camera only mdns for that."
    )
    assert (flaw.facet, flaw.severity) == ("talk udp/1900", Severity.LOW)


def test_what_is_heard_below_ip_is_one_finding_a_protocol(judge):
    rule = replace(CAMERA, severity=Severity.HIGH)
    judged = judge(by(rule), device(seen("cdp", 0, "udp"), seen("lldp", 0, "udp")))
    assert [flaw.facet for flaw in judged.flaws] == ["talk cdp", "talk lldp"]
    assert {flaw.severity for flaw in judged.flaws} == {Severity.LOW}


def tls(*versions: str) -> Observation:
    return seen("tls", 443, versions=versions)


@pytest.mark.parametrize(
    ("least", "versions", "severity"),
    [
        ("1.2", ("TLSv1.0", "TLSv1.2"), Severity.LOW),  # tls-old-version tells the danger
        ("1.2", ("SSLv3", "TLSv1.0"), Severity.LOW),
        ("1.3", ("TLSv1.2", "TLSv1.3"), Severity.LOW),
        ("1.3", ("TLSv1.2",), Severity.MEDIUM),  # it never reaches the least
        ("1.3", ("TLSv1.0", "TLSv1.2"), Severity.MEDIUM),
        ("1.2", ("TLSv1.2", "TLSv1.3"), None),
        ("1.2", ("DTLSv1.2",), None),
        ("any", ("SSLv2",), None),
        ("", ("SSLv2",), None),
        ("1.0", ("SSLv3", "TLSv1.2"), Severity.LOW),
        ("1.2", ("TLSv9", "junk"), None),
    ],
)
def test_tls_below_the_least_deviates(judge, least, versions, severity):
    judged = judge(by(replace(CAMERA, min_tls=least)), device(tls(*versions)))
    assert [flaw.severity for flaw in judged.flaws] == ([severity] if severity is not None else [])


def test_the_finding_about_tls_names_the_versions_and_the_least(judge):
    (flaw,) = judge(by(CAMERA), device(tls("TLSv1.0", "TLSv1.1", "TLSv1.2"))).flaws
    assert (
        flaw.detail
        == "Accepts TLSv1.0, TLSv1.1; policy.toml line 7 wants TLS 1.2 or later of devices of the kind camera."
    )
    assert (flaw.act, flaw.facet) == (Act.ENCRYPT, "tcp/443 tls")
    assert flaw.remedy.startswith("Set the least version of TLS")


def test_tls_with_nothing_heard_within_is_a_service_of_its_own(judge):
    rule = replace(CAMERA, speak=words("opcua"))
    (flaw,) = judge(by(rule), device(tls("TLSv1.0"))).flaws
    assert flaw.title == "Against the policy: tls"


@pytest.mark.parametrize("versions", ["TLSv1.0", 1, ("TLSv1.0",)])
def test_a_fact_of_another_type_is_no_version(judge, versions):
    judged = judge(by(CAMERA), device(seen("tls", 443, versions=versions)))
    assert len(judged.flaws) == (versions == ("TLSv1.0",))


def test_the_rule_says_how_bad_a_deviation_is(judge):
    rule = replace(CAMERA, severity=Severity.MEDIUM)
    assert judge(by(rule), device(seen("ssh", 22))).flaws[0].severity == Severity.MEDIUM


# What other checks make findings of, each with the facts that show it.
REPORTED = [
    seen("telnet", 23, prompt="login"),  # cleartext-administration
    seen("telnet", 9527, prompt="login"),  # there the maker's channel is the finding
    seen("ftp", 21, code=220),
    seen("modbus", 502),  # unauthenticated-control
    seen("mqtt", 1883, anonymous=True),  # no-authentication
    seen("mqtt", 1884, anonymous=False),  # exposed-data-store
    seen("postgresql", 5432),
    seen("vnc", 5900),  # remote-desktop
    seen("adb", 5555, open=True),  # debug-interface
    seen("smb", 445, smb1=True),  # smb-version-1
    seen("socks", 1080, open=True),  # open-relay
    seen("containers", 2375, product="docker", open=True),  # container-api
    seen("moxa", 4800, "udp"),  # management-channel
]


@pytest.mark.parametrize("one", REPORTED, ids=lambda one: one.protocol)
def test_what_another_check_reports_is_not_said_twice_by_the_shipped_policy_and_is_low_by_the_citys(judge, one):
    found = device(seen("http", 80), one, open_ports=(one.endpoint,))
    assert judge(policy_deviation, found).flaws == []
    (flaw,) = judge(by(replace(CAMERA, severity=Severity.HIGH)), found).flaws
    assert (flaw.endpoint, flaw.severity) == (one.endpoint, Severity.LOW)


# The same services where no other check has anything against them.
SOUND = [
    (seen("ftp", 21, code=421),),
    (seen("smb", 445, smb1=False),),
    (seen("dns", 53, "udp", recursive=False),),
    (seen("ssh", 22),),
    (seen("mqtt", 8883, anonymous=False), seen("tls", 8883, versions=("TLSv1.3",))),
]


@pytest.mark.parametrize("sound", SOUND, ids=lambda sound: sound[0].protocol)
def test_what_no_other_check_reports_is_told_and_as_bad_as_the_rule_says(judge, sound):
    found = device(seen("http", 80), *sound)
    assert [flaw.severity for flaw in judge(policy_deviation, found).flaws] == [Severity.LOW]
    assert [flaw.severity for flaw in judge(by(replace(CAMERA, severity=Severity.HIGH)), found).flaws] == [
        Severity.HIGH
    ]


def test_a_silent_port_that_the_table_of_exposures_reports_is_treated_alike(judge):
    found = device(seen("http", 80), open_ports=(Endpoint(HERE, 4786),))  # smart-install
    assert judge(policy_deviation, found).flaws == []
    assert [flaw.severity for flaw in judge(by(replace(CAMERA, severity=Severity.HIGH)), found).flaws] == [Severity.LOW]


def test_what_the_citys_rule_leaves_to_the_shipped_one_is_not_said_twice_either(judge):
    city = Policy((Rule("camera", talk=words("mdns"), place="policy.toml line 7"),), shipped=built_in().shipped)
    check = informed([policy_deviation], {"policy": city})[0]
    judged = judge(check, device(seen("telnet", 23), seen("ssdp", 1900, "udp"), seen("ssh", 22)))
    assert [flaw.title for flaw in judged.flaws] == ["Against the policy: ssh", "Against the policy: ssdp"]


def test_tls_of_old_is_a_finding_of_its_own_and_the_shipped_policy_does_not_repeat_it(judge):
    assert judge(policy_deviation, device(tls("TLSv1.0", "TLSv1.2"))).flaws == []
    silent_elsewhere = device(tls("TLSv1.0", "TLSv1.2"), seen("http", 443, auth="basic"))
    assert len(judge(by(CAMERA), silent_elsewhere).flaws) == 1


def test_a_deviation_is_no_surer_than_the_kind_whose_rule_it_is(judge):
    inferred = device(seen("ssh", 22), sure=Confidence.INFERRED)
    assert judge(by(CAMERA), inferred).flaws[0].confidence == Confidence.INFERRED
    of_any = Rule(speak=words("http"), place="policy.toml line 1")
    assert judge(by(of_any), inferred).flaws[0].confidence == Confidence.CONFIRMED


@pytest.mark.parametrize(("ports", "findings"), [(MOST, MOST), (MOST + 1, 1)])
def test_where_very_many_ports_deviate_there_is_one_finding_for_all(judge, ports, findings):
    judged = judge(by(CAMERA), device(*(seen("ssh", 1000 + number) for number in range(ports))))
    assert len(judged.flaws) == findings


def test_the_one_finding_for_all_is_about_the_whole_device_and_counts_the_rest(judge):
    (flaw,) = judge(by(CAMERA), device(*(seen("ssh", 1000 + number) for number in range(40)))).flaws
    assert (flaw.endpoint.port, flaw.facet, flaw.act) == (0, "many", Act.INVESTIGATE)
    assert flaw.detail.startswith("40 ports deviate from policy.toml line 7")
    assert flaw.detail.endswith("ssh on tcp/1011 and 28 more.")


STRANGE = [
    ("camera", "ssh", 22),
    ("camera", "smb", 445),
    ("camera", "mqtt", 1883),
    ("message-sign", "ssh", 22),
    ("plc", "ssh", 22),
    ("plc", "ftp", 21),
    ("plc", "snmp", 161),
    ("kiosk", "smb", 445),
    ("gateway", "smtp", 25),
    ("sensor", "ssh", 22),
    ("traffic-controller", "mqtt", 1883),
]


@pytest.mark.parametrize(("kind", "protocol", "port"), STRANGE)
def test_the_shipped_policy_sees_what_has_no_place_on_a_device_of_that_kind(judge, kind, protocol, port):
    assert judge(policy_deviation, device(seen(protocol, port), kind=kind)).ports == [port]


USUAL = [
    ("camera", ("http", 80), ("onvif", 80), ("rtsp", 554), ("wsdiscovery", 3702), ("sadp", 37020)),
    ("plc", ("modbus", 502), ("http", 80), ("dcp", 0), ("enip_tcp", 44818)),
    ("building-controller", ("bacnet", 47808), ("fox", 4911), ("http", 80)),
    ("message-sign", ("snmp", 161), ("ntcip", 161), ("http", 80)),
    ("printer", ("ipp", 631), ("snmp", 161), ("http", 80), ("mdns", 5353), ("netbios", 137)),
    ("switch", ("ssh", 22), ("snmp", 161), ("lldp", 0), ("http", 80)),
    ("nas", ("smb", 445), ("http", 5000), ("netbios", 137)),
    ("phone", ("sip", 5060), ("sip_tcp", 5060), ("http", 80)),
    ("gateway", ("knx", 3671), ("coap", 5683), ("lwm2m", 5683), ("ssh", 22)),
    ("server", ("postgresql", 5432), ("http", 80), ("mqtt", 1883)),
    ("kiosk", ("http", 80), ("netbios", 137), ("mdns", 5353)),
    ("hmi", ("http", 80), ("opcua", 4840), ("netbios", 137)),
]


@pytest.mark.parametrize("usual", USUAL, ids=lambda usual: usual[0])
def test_the_shipped_policy_finds_nothing_on_a_device_as_it_should_be(judge, usual):
    kind, *heard = usual
    judged = judge(policy_deviation, device(*(seen(protocol, port) for protocol, port in heard), kind=kind))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize("kind", ["air-sensor", "gateway", "lighting-gateway"])
def test_a_gateway_may_have_a_broker_inside_tls(judge, kind):
    inside = (seen("mqtt", 8883, anonymous=False), seen("tls", 8883, versions=("TLSv1.3",)))
    assert judge(policy_deviation, device(*inside, kind=kind)).flaws == []


def test_every_kind_of_the_shipped_policy_wants_tls_12():
    assert {rule.min_tls for rule in built_in().shipped} == {"1.2"}


HTTPS_ALONE = Rule(kind="camera", speak=frozenset(("https", "mqtts")), place="policy.toml line 3")


def camera(make, *heard):
    return make(*heard, claims={"kind": "camera"})


@pytest.mark.parametrize(
    ("heard", "ports"),
    [
        ([("http", 443, {"http.tls": True}), ("tls", 443, {})], []),
        ([("http", 80, {"http.tls": False})], [80]),
        ([("mqtt", 8883, {}), ("tls", 8883, {}), ("mqtt", 1883, {})], [1883]),
        ([("mqtt", 1883, {}), ("tls", 1883, {"tls.starttls": "mqtt"})], [1883]),
        ([("ssh", 22, {})], [22]),
    ],
)
def test_who_allows_https_alone_allows_no_http_in_clear(make, judge, heard, ports):
    (check,) = informed((policy_deviation,), {"policy": Policy((HTTPS_ALONE,))})
    assert judge(check, camera(make, *heard)).ports == ports


def test_who_allows_http_allows_it_inside_tls_too(make, judge):
    rule = Rule(kind="camera", speak=frozenset(("http",)), place="policy.toml line 3")
    (check,) = informed((policy_deviation,), {"policy": Policy((rule,))})
    assert judge(check, camera(make, ("http", 443, {"http.tls": True}), ("tls", 443, {}))).flaws == []


def test_an_exposure_that_is_permitted_inside_tls_is_not_permitted_in_clear(make):
    policy = Policy((HTTPS_ALONE,))
    device = camera(make)
    assert policy.permits(device, Endpoint("192.0.2.1", 8883), "mqtt") == "policy.toml line 3"
    assert policy.permits(device, Endpoint("192.0.2.1", 1883), "mqtt") == ""
    assert policy.permits(device, Endpoint("192.0.2.1", 443), "http") == ""
