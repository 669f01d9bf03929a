"""Which way each address is asked."""

from scanner import spans
from scanner.discover.links import Link
from scanner.discover.plan import Leg, Way, legs

LOOPBACK = Link("lo", "127.0.0.1", spans.read("127.0.0.0/8"), ethernet=False)
CABLE = Link("eth0", "10.20.0.9", spans.read("10.20.0.0/24"), ethernet=True)
WIDER = Link("eth1", "10.20.0.10", spans.read("10.20.0.0/16"), ethernet=True)
TUNNEL = Link("wg0", "10.30.0.9", spans.read("10.30.0.0/24"), ethernet=False)


def planned(targets, *links, raw=True):
    allowed = spans.merge(spans.read(text) for text in targets)
    return [(leg.way, leg.text) for leg in legs(allowed, links, raw=raw)]


def test_a_segment_is_asked_by_its_own_link_without_this_machine_itself():
    assert planned(["10.20.0.1-10.20.0.254"], LOOPBACK, CABLE) == [
        (Way.SEGMENT, "10.20.0.1-10.20.0.8, 10.20.0.10-10.20.0.254"),
        (Way.LOOPBACK, "10.20.0.9"),
    ]


def test_without_raw_sockets_the_same_places_are_asked_by_connecting():
    assert planned(["10.20.0.1", "10.40.0.1"], CABLE, raw=False) == [
        (Way.SEGMENT_BY_CONNECT, "10.20.0.1"),
        (Way.ROUTED_BY_CONNECT, "10.40.0.1"),
    ]


def test_a_link_without_arp_is_a_route_like_any_other():
    assert planned(["10.30.0.1"], TUNNEL) == [(Way.ROUTED, "10.30.0.1")]


def test_loopback_is_never_asked_by_raw_frames():
    assert planned(["127.0.0.0/24", "::1"], LOOPBACK) == [(Way.LOOPBACK, "127.0.0.0-127.0.0.255, ::1")]


def test_ipv6_is_asked_by_connecting():
    assert planned(["fd00::7"], CABLE) == [(Way.ROUTED_BY_CONNECT, "fd00::7")]


def test_an_address_on_two_links_is_asked_once():
    assert planned(["10.20.0.1", "10.20.1.1"], CABLE, WIDER) == [
        (Way.SEGMENT, "10.20.0.1"),
        (Way.SEGMENT, "10.20.1.1"),
    ]


def test_a_leg_of_many_ranges_is_told_in_few_words():
    leg = Leg(Way.ROUTED, tuple(spans.read(f"10.0.{part}.1") for part in range(5)))
    assert leg.text == "10.0.0.1, 10.0.1.1 and 3 more ranges"
    assert leg.count == 5
