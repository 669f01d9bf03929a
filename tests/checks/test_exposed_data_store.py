"""Databases, caches, brokers and directories that ask for an account, and whether they need to be reached."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from checks.exposed_data_store import exposed_data_store
from checks.no_authentication import no_authentication
from checks.policy import Policy
from inventory.model import Confidence, Device, Endpoint, FactValue, Severity

# Facts as scanner/protocols make them of servers that ask for an account.
LOCKED: list[tuple[str, int, Mapping[str, FactValue]]] = [
    ("mysql", 3306, {"mysql.version": "8.0.36", "mysql.plugin": "caching_sha2_password"}),
    ("postgresql", 5432, {"postgresql.tls": True, "postgresql.code": "28000"}),
    ("redis", 6379, {"redis.answer": "NOAUTH", "redis.open": False}),
    ("mongodb", 27017, {"mongodb.wire_version": 21, "mongodb.open": False}),
    ("memcached", 11211, {"memcached.open": False}),
    ("http", 9200, {"http.status": 401, "http.realm": "security"}),
    ("http", 8086, {"http.status": 404}),
    ("mqtt", 1883, {"mqtt.return_code": 5, "mqtt.anonymous": False}),
    ("ldap", 389, {"ldap.code": 0}),
]
OPEN: list[tuple[str, int, Mapping[str, FactValue]]] = [
    ("redis", 6379, {"redis.answer": "PONG", "redis.open": True}),
    ("mongodb", 27017, {"mongodb.open": True}),
    ("memcached", 11211, {"memcached.open": True, "memcached.version": "1.6.18"}),
    ("http", 9200, {"http.status": 200, "http.database": "elasticsearch"}),
    ("mqtt", 1883, {"mqtt.return_code": 0, "mqtt.anonymous": True}),
]


def opened(*ports: int) -> Device:
    """A device with open ports at which nothing was understood."""
    endpoints = tuple(Endpoint("192.0.2.1", port) for port in ports)
    return Device("serial:1", ("192.0.2.1",), open_ports=endpoints)


@pytest.mark.parametrize(("protocol", "port", "facts"), LOCKED)
def test_what_asks_for_an_account_is_reachable_and_not_open(make, judge, protocol, port, facts):
    device = make((protocol, port, facts))
    (flaw,) = judge(exposed_data_store, device).flaws
    assert (flaw.endpoint.port, flaw.severity) == (
        port,
        Severity.LOW if protocol in ("mqtt", "ldap") else Severity.MEDIUM,
    )
    sure = {9200: Confidence.LIKELY, 8086: Confidence.INFERRED}
    assert flaw.confidence is sure.get(port, Confidence.CONFIRMED)
    assert flaw.sources[0]
    assert judge(no_authentication, device).flaws == []


@pytest.mark.parametrize(("protocol", "port", "facts"), OPEN)
def test_what_asks_for_none_is_reported_as_that_alone(make, judge, protocol, port, facts):
    device = make((protocol, port, facts))
    assert judge(exposed_data_store, device).flaws == []
    assert [flaw.endpoint.port for flaw in judge(no_authentication, device).flaws] == [port]


@pytest.mark.parametrize("protocol", ["mqtt", "ldap"])
def test_a_broker_and_a_directory_inside_tls_are_as_they_should_be(make, judge, protocol):
    said = {"mqtt": ("mqtt", 8883, {"mqtt.anonymous": False}), "ldap": ("ldap", 636, {"ldap.code": 0})}[protocol]
    inside = ("tls", said[1], {"tls.versions": ("TLSv1.3",)})
    assert judge(exposed_data_store, make(said, inside)).flaws == []


def test_mysql_that_shuts_this_address_out_is_not_reachable(make, judge):
    refused = {
        "mysql.error_code": 1130,
        "mysql.error": "Host '10.77.0.1' is not allowed to connect to this MySQL server",
    }
    judged = judge(exposed_data_store, make(("mysql", 3306, refused)))
    assert (judged.flaws, judged.ended) == ([], "passed")
    blocked = {"mysql.error_code": 1129, "mysql.error": "Host is blocked because of many connection errors"}
    assert judge(exposed_data_store, make(("mysql", 3306, blocked))).ports == [3306]


def test_a_web_page_elsewhere_is_no_database(make, judge):
    assert judge(exposed_data_store, make(("http", 80, {"http.status": 401}), ("tls", 443, {}))).flaws == []


@pytest.mark.parametrize(
    ("port", "confidence"),
    [
        (1433, Confidence.LIKELY),
        (1521, Confidence.INFERRED),
        (5672, Confidence.LIKELY),
        (5984, Confidence.LIKELY),
        (3306, Confidence.LIKELY),
    ],
)
def test_a_port_where_nothing_was_understood_is_known_by_its_number(judge, port, confidence):
    (flaw,) = judge(exposed_data_store, opened(port)).flaws
    assert flaw.confidence is confidence
    assert "number of its port alone" in flaw.detail


@dataclass(frozen=True)
class Lenient(Policy):
    """A policy that permits what is at one port."""

    port: int = 0

    def permits(self, device: Device, endpoint: Endpoint, protocol: str = "") -> str:
        return "policy.toml line 7" if endpoint.port == self.port else ""


def test_a_database_that_the_policy_allows_is_none_and_the_reason_says_where_that_stands(make, judge):
    from functools import partial

    allowed = replace(exposed_data_store, judge=partial(exposed_data_store.judge, policy=Lenient(port=5432)))
    judged = judge(allowed, make(("postgresql", 5432, {})))
    assert (judged.flaws, judged.reason) == ([], "postgresql on tcp/5432 is allowed by policy.toml line 7")
    assert judge(allowed, make(("mysql", 3306, {}))).ports == [3306]
