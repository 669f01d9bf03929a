"""Open relays, amplifiers, mappings of ports, container interfaces, raw printing, and services in clear text by their port."""

from dataclasses import replace

import pytest

from checks.amplifier import all_amplifiers, amplifier
from checks.cleartext_administration import cleartext_administration
from checks.cleartext_service import cleartext_service
from checks.container_api import container_api
from checks.open_relay import open_relay
from checks.policy import Policy
from checks.port_mapping import port_mapping
from checks.raw_printing import raw_printing
from checks.segment import on_segment
from inventory.model import Confidence, Endpoint, Severity
from scanner.protocols import load_protocols

RECURSIVE = ("dns", 53, {"dns.recursive": True, "dns.code": "NXDOMAIN"})
SSDP = ("ssdp", 1900, {"ssdp.server": "Linux UPnP/1.0"})
SERVICE = "urn:schemas-upnp-org:service:WANIPConnection:1"
GATEWAY = ("upnp", 5000, {"upnp.mapping_service": SERVICE, "upnp.mapping_path": "/ctl"})


class Allowing(Policy):
    """A policy that allows everything."""

    def permits(self, device, endpoint, protocol=""):
        return "policy.toml line 3"


def open_at(device, *ports, transport="tcp"):
    return replace(device, open_ports=tuple(Endpoint("192.0.2.1", port, transport) for port in ports))


def near(device):
    return replace(device, mac="00:40:8c:00:00:01")


def allowed(check, device):
    judgement, flaws = check.judge(device, policy=Allowing()), []
    try:
        while True:
            flaws.append(judgement.send(None))
    except StopIteration as ended:
        return flaws, ended.value


@pytest.mark.parametrize(
    ("address", "mac", "expected"),
    [
        ("192.0.2.1", "00:40:8c:00:00:01", True),
        ("fe80::1", None, True),
        ("fe80::1%eth0", None, True),
        ("169.254.3.4", None, True),
        ("192.0.2.1", None, False),
        ("2001:db8::1", None, False),
    ],
)
def test_a_neighbour_is_known_by_its_card_or_by_an_address_that_no_router_passes_on(make, address, mac, expected):
    assert on_segment(replace(make(), addresses=(address,), mac=mac)) is expected


def test_a_resolver_beyond_a_router_is_inferred_to_be_open(make, judge):
    (flaw,) = judge(open_relay, make(RECURSIVE)).flaws
    assert (flaw.severity, flaw.confidence) == (Severity.MEDIUM, Confidence.INFERRED)


@pytest.mark.parametrize("kind", ["router", "gateway", "firewall", "access-point"])
def test_what_resolves_for_its_own_segment_does_its_job(make, judge, kind):
    judged = judge(open_relay, near(make(RECURSIVE, claims={"kind": kind})))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_a_camera_that_resolves_for_its_neighbours_is_low(make, judge):
    (flaw,) = judge(open_relay, near(make(RECURSIVE, claims={"kind": "camera"}))).flaws
    assert (flaw.severity, flaw.confidence) == (Severity.LOW, Confidence.CONFIRMED)


def test_a_resolver_that_refuses_strangers_passes(make, judge):
    judged = judge(open_relay, make(("dns", 53, {"dns.recursive": False, "dns.code": "REFUSED"})))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize(("method", "found"), [(0, [1080]), (255, [])])
def test_a_socks_proxy_is_open_where_it_asks_for_no_login(make, judge, method, found):
    judged = judge(open_relay, make(("socks", 1080, {"socks.open": method == 0, "socks.method": method})))
    assert judged.ports == found
    assert all((flaw.severity, flaw.confidence) == (Severity.HIGH, Confidence.CONFIRMED) for flaw in judged.flaws)


@pytest.mark.parametrize(
    ("server", "status", "confidence"),
    [
        # tinyproxy 1.11.1 (Debian 12) asked for a page of its own, by an address of its list; the 403 and the 407 below are its own too.
        ("tinyproxy/1.11.1", 400, Confidence.LIKELY),
        ("squid/5.7", 400, Confidence.INFERRED),
        ("Mikrotik HttpProxy", 404, Confidence.INFERRED),
    ],
)
def test_an_http_proxy_that_answers_strangers_is_found_by_its_own_word(make, judge, server, status, confidence):
    (flaw,) = judge(open_relay, make(("http", 3128, {"http.server": server, "http.status": status}))).flaws
    assert (flaw.severity, flaw.confidence) == (None, confidence)


@pytest.mark.parametrize(
    ("server", "status"), [("tinyproxy/1.11.1", 403), ("tinyproxy/1.11.1", 407), ("squid/5.7", 407), ("nginx", 400)]
)
def test_a_proxy_that_turns_strangers_away_and_a_web_server_pass(make, judge, server, status):
    judged = judge(open_relay, make(("http", 3128, {"http.server": server, "http.status": status})))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize("protocol", [row.protocol for row in all_amplifiers() if row.segment])
def test_what_is_meant_for_the_segment_is_found_beyond_it_only(make, judge, protocol):
    device = make((protocol, 1900, {}))
    (flaw,) = judge(amplifier, device).flaws
    assert (flaw.confidence, flaw.severity) == (Confidence.INFERRED, Severity.LOW)
    assert judge(amplifier, near(device)).flaws == []


def test_every_amplifier_is_a_protocol_that_is_spoken_and_names_a_fact_of_its_own():
    for row in all_amplifiers():
        protocol = load_protocols()[row.protocol]
        assert row.version in {"", *protocol.FACTS}
        assert row.source


@pytest.mark.parametrize(
    ("version", "found"),
    [
        ("ntpd 4.2.6p5@1.2349-o Mon Nov  2 04:29:47 UTC 2015 (1)", True),
        ("ntpd 4.2.7p25@1.2483 Fri Apr 23 10:00:00 UTC 2010 (1)", True),
        ("ntpd 4.2.7p26@1.2484 Sat Apr 24 10:00:00 UTC 2010 (1)", False),
        ("ntpd 4.2.8p15@1.3728-o Wed Sep 23 11:46:38 UTC 2020 (1)", False),
        ("ntpd ntpsec-1.2.2", False),
        ("", False),
        ("4" * 10000, False),
    ],
)
def test_an_old_ntpd_that_answers_control_messages_has_monlist(make, judge, version, found):
    device = near(make(("ntp", 123, {"ntp.version": version})))
    flaws = judge(amplifier, device).flaws
    assert [(flaw.confidence, flaw.severity) for flaw in flaws] == [(Confidence.LIKELY, Severity.MEDIUM)] * found


@pytest.mark.parametrize(
    ("version", "found"), [("1.4.25 Ubuntu", True), ("1.5.5", True), ("1.5.6", False), ("1.6.18", False)]
)
def test_an_old_memcached_listens_on_udp(make, judge, version, found):
    flaws = judge(amplifier, make(("memcached", 11211, {"memcached.open": True, "memcached.version": version}))).flaws
    expected = [(Endpoint("192.0.2.1", 11211, "udp"), Confidence.INFERRED, Severity.MEDIUM)]
    assert [(flaw.endpoint, flaw.confidence, flaw.severity) for flaw in flaws] == expected * found


def test_a_gateway_that_lists_its_mappings_is_confirmed(make, judge):
    (flaw,) = judge(port_mapping, make(GATEWAY, ("igd", 5000, {"igd.service": SERVICE, "igd.open": True}))).flaws
    assert (flaw.severity, flaw.confidence) == (None, Confidence.CONFIRMED)


def test_mappings_that_are_there_are_named_and_high(make, judge):
    facts = {"igd.service": SERVICE, "igd.open": True, "igd.mappings": ("TCP 8080 to 192.168.1.50 port 80",)}
    (flaw,) = judge(port_mapping, make(GATEWAY, ("igd", 5000, facts))).flaws
    assert flaw.severity is Severity.HIGH
    assert "TCP 8080 to 192.168.1.50 port 80" in flaw.detail


def test_a_service_that_is_only_described_is_likely(make, judge):
    (flaw,) = judge(port_mapping, make(GATEWAY)).flaws
    assert flaw.confidence is Confidence.LIKELY


@pytest.mark.parametrize(
    "heard",
    [
        [GATEWAY, ("igd", 5000, {"igd.service": SERVICE, "igd.open": False, "igd.error": 606})],
        [("upnp", 5000, {"upnp.manufacturer": "Axis"})],
    ],
)
def test_a_service_that_refuses_and_a_device_without_one_pass(make, judge, heard):
    judged = judge(port_mapping, make(*heard))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize(
    ("protocol", "facts", "row", "severity"),
    [
        (
            "containers",
            {"containers.product": "docker", "containers.open": True, "containers.tls": False},
            "docker",
            Severity.CRITICAL,
        ),
        (
            "containers",
            {"containers.product": "podman", "containers.open": True, "containers.tls": True},
            "docker",
            Severity.CRITICAL,
        ),
        (
            "containers",
            {"containers.product": "kubernetes", "containers.open": True, "containers.tls": False},
            "kubernetes-insecure",
            Severity.CRITICAL,
        ),
        (
            "containers",
            {"containers.product": "kubernetes", "containers.open": False, "containers.tls": True},
            "kubernetes",
            Severity.MEDIUM,
        ),
        (
            "containers",
            {"containers.product": "etcd", "containers.open": True, "containers.tls": False},
            "etcd",
            Severity.HIGH,
        ),
        ("nodered", {"nodered.open": True}, "node-red", Severity.CRITICAL),
        ("portainer", {"portainer.administrator": False}, "portainer", Severity.CRITICAL),
        (
            "http",
            {"http.title": "Home Assistant", "http.location": "/onboarding.html"},
            "home-assistant",
            Severity.HIGH,
        ),
    ],
)
def test_each_container_interface_is_found_by_what_it_says(make, judge, protocol, facts, row, severity):
    (flaw,) = judge(container_api, make((protocol, 4000, facts))).flaws
    sure = Confidence.LIKELY if row == "kubernetes-insecure" else Confidence.CONFIRMED
    assert (flaw.facet, flaw.severity, flaw.confidence) == (f"tcp/4000 {row}", severity, sure)


@pytest.mark.parametrize(
    ("protocol", "facts"),
    [
        ("containers", {"containers.product": "docker", "containers.open": False, "containers.tls": True}),
        ("nodered", {"nodered.open": False}),
        ("portainer", {"portainer.administrator": True}),
        ("http", {"http.title": "Home Assistant"}),
    ],
)
def test_a_container_interface_that_asks_for_a_login_passes(make, judge, protocol, facts):
    assert judge(container_api, make((protocol, 2375, facts))).flaws == []


@pytest.mark.parametrize(
    ("port", "confidence"), [(2375, Confidence.INFERRED), (10250, Confidence.INFERRED), (10255, Confidence.LIKELY)]
)
def test_a_silent_port_of_containers_is_known_by_its_number(make, judge, port, confidence):
    (flaw,) = judge(container_api, open_at(make(), port)).flaws
    assert flaw.confidence is confidence


def test_a_port_where_something_else_speaks_is_not_docker_by_its_number(make, judge):
    device = open_at(make(("http", 2375, {"http.server": "nginx"})), 2375)
    assert judge(container_api, device).flaws == []


def test_a_printer_that_announces_raw_printing_is_confirmed(make, judge):
    (flaw,) = judge(raw_printing, make(("mdns", 5353, {"mdns.services": ("_ipp._tcp", "_pdl-datastream._tcp")}))).flaws
    assert flaw.confidence is Confidence.CONFIRMED


def test_an_announced_line_printer_is_not_judged_because_every_printer_must_announce_the_name(make, judge):
    assert judge(raw_printing, make(("mdns", 5353, {"mdns.services": ("_ipp._tcp", "_printer._tcp")}))).flaws == []


@pytest.mark.parametrize(("kind", "found"), [("printer", [9100]), ("server", [])])
def test_a_raw_port_that_another_tool_saw_open_counts_on_a_printer(make, judge, kind, found):
    assert judge(raw_printing, open_at(make(claims={"kind": kind}), 9100)).ports == found


@pytest.mark.parametrize(
    ("port", "confidence"),
    [(512, Confidence.LIKELY), (513, Confidence.LIKELY), (514, Confidence.INFERRED)],  # syslog over TCP is at 514, too
)
def test_the_r_services_are_known_by_their_ports_and_never_spoken_to(make, judge, port, confidence):
    (flaw,) = judge(cleartext_service, open_at(make(), port)).flaws
    assert (flaw.severity, flaw.confidence) == (Severity.HIGH, confidence)
    assert [
        protocol.NAME
        for protocol in load_protocols().values()
        if port in protocol.PORTS and protocol.TRANSPORT == "tcp"
    ] == []


def test_tftp_is_known_by_its_udp_port_alone_and_nobody_asks_it(make, judge):
    assert judge(cleartext_service, open_at(make(), 69, transport="udp")).ports == [69]
    assert judge(cleartext_service, open_at(make(), 69)).ports == []
    assert [protocol.NAME for protocol in load_protocols().values() if 69 in protocol.PORTS] == []


def test_a_community_that_was_answered_went_over_the_network_in_clear(make, judge):
    (flaw,) = judge(
        cleartext_administration, make(("snmp", 161, {"snmp.engine_boots": 3, "snmp.sys_descr": "Gateway"}))
    ).flaws
    assert (flaw.severity, flaw.confidence, flaw.facet) == (None, Confidence.CONFIRMED, "udp/161 snmp")


def test_an_engine_that_speaks_snmpv3_alone_passes(make, judge):
    judged = judge(cleartext_administration, make(("snmp", 161, {"snmp.engine_boots": 3, "snmp.engine_time": 100})))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize(
    ("check", "heard"),
    [
        (open_relay, [RECURSIVE, ("socks", 1080, {"socks.open": True})]),
        (amplifier, [SSDP]),
        (port_mapping, [GATEWAY]),
        (container_api, [("containers", 6443, {"containers.product": "kubernetes", "containers.tls": True})]),
        (raw_printing, [("mdns", 5353, {"mdns.services": ("_pdl-datastream._tcp",)})]),
    ],
    ids=lambda value: getattr(value, "id", ""),
)
def test_what_the_policy_allows_is_no_finding_and_the_reason_says_so(make, check, heard):
    flaws, reason = allowed(check, make(*heard))
    assert flaws == []
    assert "policy.toml line 3" in reason


@pytest.mark.parametrize(
    "heard",
    [("ntp", 123, {"ntp.version": "4.2.6p5"}), ("memcached", 11211, {"memcached.version": "1.4.15"})],
    ids=["ntp", "memcached"],
)
def test_no_policy_allows_an_old_version_that_throws_its_lists_at_others(make, heard):
    assert len(allowed(amplifier, make(heard))[0]) == 1


def test_no_policy_allows_an_open_container_engine(make):
    device = make(
        ("containers", 2375, {"containers.product": "docker", "containers.open": True, "containers.tls": False})
    )
    assert len(allowed(container_api, device)[0]) == 1
