from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inventory.errors import ScopeError
from inventory.model import Level
from scanner.scope import OWN_NETWORKS, Grant, Scope

NOW = datetime(2026, 11, 21, 3, 0).astimezone()


def grant(*networks, deny=(), level=Level.LOGIN, **further):
    networks, deny = (tuple(ip_network(text) for text in texts) for texts in (networks, deny))
    return Grant(networks, deny, level, further.pop("approved_by", "CISO, ticket 4711"), **further)


def test_allows_an_address_of_a_granted_network():
    given = grant("10.20.0.0/22", site="north")
    assert Scope([given]).allow("10.20.1.7", Level.LOGIN, NOW) is given
    assert given.rule == "site 'north', approved by CISO, ticket 4711"


def test_an_empty_scope_denies_all():
    with pytest.raises(ScopeError, match="the scope is empty"):
        Scope([]).allow("10.0.0.1", Level.IDENTIFY, NOW)


def test_refuses_an_address_outside_every_grant():
    with pytest.raises(ScopeError, match=r"10\.21\.0\.1 is refused: it lies in no granted network"):
        Scope([grant("10.20.0.0/22")]).allow("10.21.0.1", Level.IDENTIFY, NOW)


def test_deny_wins_over_every_other_grant():
    scope = Scope([grant("10.0.0.0/8"), grant("10.1.0.5/32"), grant("192.168.0.0/24", deny=["10.1.0.0/16"])])
    with pytest.raises(ScopeError, match=r"10\.1\.0\.0/16 is denied"):
        scope.allow("10.1.0.5", Level.IDENTIFY, NOW)


def test_deny_outlives_the_approval_of_its_grant():
    expired = grant("10.2.0.0/24", deny=["10.1.0.1/32"], valid_until=date(2020, 1, 1))
    with pytest.raises(ScopeError, match="is denied"):
        Scope([expired, grant("10.1.0.0/24")]).allow("10.1.0.1", Level.IDENTIFY, NOW)


@pytest.mark.parametrize(
    ("network", "why"),
    [
        ("0.0.0.0/0", "the whole Internet"),
        ("::/0", "the whole Internet"),
        ("224.0.0.0/4", "multicast"),
        ("239.255.255.250/32", "multicast"),
        ("ff02::/16", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("0.0.0.0/32", "unspecified"),
        ("::/128", "unspecified"),
        ("8.8.8.0/24", "public"),
        ("2a00::/32", "public"),
        ("10.0.0.0/7", "public"),
        ("192.0.0.0/8", ""),
        ("0.0.0.0/8", "not a private network"),
        ("240.0.0.0/4", "not a private network"),
        ("64:ff9b::/96", ""),
        ("2002:0808:0808::/48", ""),
        ("::ffff:8.8.8.0/120", ""),
    ],
)
def test_refuses_to_grant_what_is_not_the_citys_own(network, why):
    with pytest.raises(ScopeError, match=f"cannot be granted.*{why}"):
        grant(network)


@pytest.mark.parametrize("network", [*map(str, OWN_NETWORKS), "10.20.0.0/22", "192.168.1.77/32", "fd00:1::/64"])
def test_grants_private_networks(network):
    assert grant(network).networks == (ip_network(network),)


def test_refuses_a_grant_that_nobody_approved():
    with pytest.raises(ScopeError, match="no approval"):
        grant("10.0.0.0/24", approved_by=" ")


def test_an_expired_approval_denies_and_says_when_it_ended():
    scope = Scope([grant("10.0.0.0/24", site="north", valid_until=NOW.date() - timedelta(days=1))])
    with pytest.raises(ScopeError, match=r"approval of site 'north' ended on 2026-11-20"):
        scope.allow("10.0.0.1", Level.IDENTIFY, NOW)


def test_an_approval_holds_on_its_last_day():
    given = grant("10.0.0.0/24", valid_until=NOW.date())
    assert Scope([given]).allow("10.0.0.1", Level.IDENTIFY, NOW) is given


def test_a_grant_to_identify_refuses_login():
    scope = Scope([grant("10.0.0.0/24", level=Level.IDENTIFY)])
    scope.allow("10.0.0.1", Level.IDENTIFY, NOW)
    with pytest.raises(ScopeError, match="allows level identify, not login"):
        scope.allow("10.0.0.1", Level.LOGIN, NOW)


def test_the_narrowest_grant_speaks_for_its_addresses():
    scope = Scope([grant("10.0.0.0/8", site="all"), grant("10.1.0.0/24", site="pumps", level=Level.IDENTIFY)])
    assert scope.allow("10.2.0.1", Level.LOGIN, NOW).site == "all"
    with pytest.raises(ScopeError, match="'pumps' allows level identify"):
        scope.allow("10.1.0.1", Level.LOGIN, NOW)


def test_of_two_grants_for_one_network_either_may_allow():
    scope = Scope([grant("10.1.0.0/24", valid_until=date(2020, 1, 1)), grant("10.1.0.0/24", site="renewed")])
    assert scope.allow("10.1.0.1", Level.LOGIN, NOW).site == "renewed"


@pytest.mark.parametrize(
    ("window", "hour", "open_"),
    [
        ("01:00-05:00", "00:59", False),
        ("01:00-05:00", "01:00", True),
        ("01:00-05:00", "04:59", True),
        ("01:00-05:00", "05:00", False),
        ("22:00-04:00", "21:59", False),
        ("22:00-04:00", "23:30", True),
        ("22:00-04:00", "00:00", True),
        ("22:00-04:00", "04:00", False),
    ],
)
def test_a_window_is_local_time_and_may_cross_midnight(window, hour, open_):
    hours, minutes = map(int, hour.split(":"))
    now = datetime(2026, 11, 21, hours, minutes).astimezone().astimezone(UTC)
    scope = Scope([grant("10.0.0.0/24", window=window)])
    if open_:
        assert scope.allow("10.0.0.1", Level.IDENTIFY, now).window == window
    else:
        with pytest.raises(ScopeError, match=f"may only be scanned {window}, and it is {hour}"):
            scope.allow("10.0.0.1", Level.IDENTIFY, now)


@pytest.mark.parametrize(
    "window", ["1-5", "01:00", "25:00-26:00", "01:60-02:00", "01:00-01:00", "nachts", "٠١:٠٠-٠٢:٠٠"]
)
def test_refuses_a_window_it_cannot_read(window):
    with pytest.raises(ScopeError, match="window"):
        grant("10.0.0.0/24", window=window)


@pytest.mark.parametrize(("address", "what"), [("10.0.0.0", "network"), ("10.0.0.255", "broadcast")])
def test_the_edges_of_a_network_are_no_devices(address, what):
    with pytest.raises(ScopeError, match=f"{address} is the {what} address of 10.0.0.0/24"):
        Scope([grant("10.0.0.0/24")]).allow(address, Level.IDENTIFY, NOW)


@pytest.mark.parametrize("network", ["10.0.0.0/31", "10.0.0.0/32", "fd00::/64"])
def test_networks_without_edges_are_allowed_whole(network):
    first = str(ip_network(network).network_address)
    assert Scope([grant(network)]).allow(first, Level.IDENTIFY, NOW)


def test_an_ipv4_address_in_ipv6_clothes_is_judged_as_ipv4():
    scope = Scope([grant("10.0.0.0/24", deny=["10.0.0.9/32"])])
    assert scope.allow("::ffff:10.0.0.1", Level.IDENTIFY, NOW)
    with pytest.raises(ScopeError, match="is denied"):
        scope.allow("::ffff:10.0.0.9", Level.IDENTIFY, NOW)


@pytest.mark.parametrize("name", ["camera.example", "10.1", "0x0a000001", "010.0.0.1", "10.0.0.1 ", "", "\x1b[2J"])
def test_a_name_is_not_judged_but_refused(name):
    with pytest.raises(ScopeError, match="not an IP address") as refusal:
        Scope([grant("10.0.0.0/8")]).allow(name, Level.IDENTIFY, NOW)
    assert "\x1b" not in str(refusal.value)


def test_a_target_lies_within_when_grants_cover_all_of_it():
    scope = Scope([grant("10.0.0.0/25"), grant("10.0.0.128/25", deny=["10.0.0.130/32"])])
    assert scope.within(ip_network("10.0.0.0/24"))
    assert not scope.within(ip_network("10.0.0.0/23"))
    assert not scope.within(ip_network("fd00::/64"))
    assert not scope.within(ip_network("10.0.0.130/32"))
    assert not Scope([]).within(ip_network("10.0.0.0/32"))


def test_networks_are_listed_once_and_in_order():
    scope = Scope([grant("fd00::/64", "10.1.0.0/24"), grant("10.0.0.0/24", "10.1.0.0/24")])
    assert [str(network) for network in scope.networks] == ["10.0.0.0/24", "10.1.0.0/24", "fd00::/64"]


ADDRESSES = st.integers(0, 2**24 - 1).map(lambda number: ip_address(0x0A000000 + number))
NETWORKS = st.builds(lambda address, prefix: ip_network((address, prefix), strict=False), ADDRESSES, st.integers(8, 32))
GRANTS = st.builds(
    lambda networks, deny, level: Grant(tuple(networks), tuple(deny), level, "x"),
    st.lists(NETWORKS, min_size=1, max_size=3),
    st.lists(NETWORKS, max_size=2),
    st.sampled_from(Level),
)


@given(st.lists(GRANTS, max_size=4), NETWORKS, st.data())
def test_whatever_is_granted_a_denied_address_is_refused(grants, denied, data):
    first = int(denied.network_address)
    address = ip_address(data.draw(st.integers(first, first + denied.num_addresses - 1)))
    own = Grant((ip_network((address, 32)),), (), Level.LOGIN, "x")
    scope = Scope([*grants, own, Grant((ip_network("10.0.0.0/8"),), (denied,), Level.LOGIN, "x")])
    with pytest.raises(ScopeError):
        scope.allow(str(address), Level.IDENTIFY, NOW)


@given(st.lists(GRANTS, max_size=4), ADDRESSES, st.sampled_from(Level))
def test_what_is_allowed_is_granted_high_enough_and_denied_by_nobody(grants, address, level):
    try:
        allowed = Scope(grants).allow(str(address), level, NOW)
    except ScopeError:
        return
    assert any(address in network for network in allowed.networks)
    assert allowed.level >= level
    assert not any(address in network for one in grants for network in one.deny)


@given(st.ip_addresses())
def test_no_public_address_can_be_granted(address):
    assume(address.is_global)
    with pytest.raises(ScopeError):
        grant(str(address))
