"""What the operator may ask to have scanned."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ConfigError
from scanner import spans
from scanner.discover import parse_targets
from scanner.spans import Span


def no_names(name):
    raise ConfigError(f"target {name!r}: the name cannot be resolved")


def read(*texts, **options):
    return parse_targets(texts, resolver=no_names, **options)


def test_a_network_is_taken_without_its_first_and_last_address():
    targets = read("10.20.0.0/30")
    assert list(targets.addresses()) == ["10.20.0.1", "10.20.0.2"]
    assert targets.count == 2
    assert targets.networks == ("10.20.0.0/30",)


@pytest.mark.parametrize(("text", "count"), [("10.20.0.4/31", 2), ("10.20.0.4/32", 1), ("fd00::/126", 4)])
def test_the_smallest_networks_are_taken_whole(text, count):
    assert read(text).count == count


@pytest.mark.parametrize("text", ["10.0.0.5-10.0.0.20", "10.0.0.5-20"])
def test_a_range_is_taken_as_written(text):
    targets = read(text)
    assert targets.count == 16
    assert targets.networks == ("10.0.0.5-10.0.0.20",)


def test_targets_that_overlap_are_asked_once_and_in_order():
    targets = read("10.0.0.9", "10.0.0.8/30", "10.0.0.5-10", "fd00::7")
    assert list(targets.addresses()) == [*(f"10.0.0.{host}" for host in range(5, 11)), "fd00::7"]


def test_an_address_that_a_name_gave_keeps_the_name():
    targets = parse_targets(["camera-7.traffic.example"], resolver=lambda name: ("10.0.0.7", "fd00::7"))
    assert list(targets.addresses()) == ["10.0.0.7", "fd00::7"]
    assert targets.name_of("10.0.0.7") == targets.name_of("fd00::7") == "camera-7.traffic.example"
    assert targets.name_of("10.0.0.8") == ""
    assert targets.networks[0] == "camera-7.traffic.example (10.0.0.7)"


def test_localhost_is_resolved_by_this_machine():
    assert "127.0.0.1" in parse_targets(["localhost"]).addresses()


def test_a_file_may_hold_comments_and_blank_lines(tmp_path):
    path = tmp_path / "targets.txt"
    path.write_text("# traffic\n\n10.0.0.5  # the sign\n10.0.0.8/30 10.0.0.77\n")
    assert read(f"@{path}").count == 4


def test_a_fault_in_a_file_names_file_and_line(tmp_path):
    path = tmp_path / "targets.txt"
    path.write_text("10.0.0.5\n\n10.0.0.300\n")
    with pytest.raises(ConfigError, match=rf"{path}, line 3: .*10\.0\.0\.300"):
        read(f"@{path}")


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(ConfigError, match="No such file"):
        read(f"@{tmp_path}/none.txt")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("10.0.0.5/24", "the network is written 10.0.0.0/24, the one address 10.0.0.5"),
        ("10.0.0.0/33", "not a network"),
        ("10.0.0.300", "not an address or range"),
        ("10.0.0.20-10.0.0.5", "ends before it begins"),
        ("10.0.0.5-x", "not an address or range"),
        ("10.0.0.5-fd00::1", "two address families"),
        ("10.0.0", "not an address or range"),
        ("fd00::/64%", "not a network"),
        ("fd00::/112%eth0", "not a network"),
        ("fe80::%eth0/64%eth1", "not a network"),
        ("fd00::1/64", "the network is written fd00::/64"),
        ("fd00::-fd00::ffff:ffff", "IPv6 is not swept"),
        ("fe80::1%eth0", "not an address or range"),
        ("fe80::1%eth0/128", "not a network"),
        ("::ffff:10.0.0.5", "write them as IPv4"),
        ("::ffff:10.0.0.0/120", "write them as IPv4"),
        ("no such host", "neither a network"),
        ("", "a target is"),
        ("camera.example", "cannot be resolved"),
    ],
)
def test_what_cannot_be_followed_is_said_in_a_sentence(text, says):
    with pytest.raises(ConfigError, match=says):
        read(text)


def test_no_targets_at_all_is_an_error():
    with pytest.raises(ConfigError, match="no targets"):
        read()


def test_a_sixteenth_of_the_address_space_must_be_meant():
    assert read("10.0.0.0/16").count == 65_534
    with pytest.raises(ConfigError, match="16,777,214 addresses are more than 65,536: add --yes-large"):
        read("10.0.0.0/8")


def test_a_large_network_is_walked_without_a_list():
    targets = read("0.0.0.0/1", yes_large=True)
    assert targets.count == 2**31 - 2
    assert list(itertools.islice(targets.addresses(), 2)) == ["0.0.0.1", "0.0.0.2"]


@given(
    st.text(alphabet="0123456789./-:abcdef@ x\x1b", max_size=40).filter(lambda text: not text.strip().startswith("@"))
)
def test_junk_ends_in_targets_or_in_a_configuration_error(text):
    try:
        targets = read(text, yes_large=True)
    except ConfigError as error:
        assert "\x1b" not in str(error)  # noqa: PT017 - the other branch is as good
    else:
        assert targets.count > 0 or targets.segments


span_lists = st.lists(
    st.tuples(st.sampled_from((4, 6)), st.integers(0, 60), st.integers(0, 12)).map(
        lambda parts: Span(parts[0], parts[1], parts[1] + parts[2])
    ),
    max_size=8,
)


def members(parts):
    return {(span.version, number) for span in parts for number in range(span.first, span.last + 1)}


@given(span_lists, span_lists)
def test_spans_behave_as_the_sets_they_stand_for(some, others):
    assert members(spans.merge(some)) == members(some)
    assert members(spans.without(some, others)) == members(some) - members(others)
    assert members(spans.within(some, others)) == members(some) & members(others)
    assert spans.count(spans.merge(some)) == len(members(some))


@given(span_lists, st.integers(1, 9))
def test_lots_hold_every_address_once_and_none_is_too_large(some, size):
    merged = spans.merge(some)
    lots = list(spans.chunks(merged, size))
    assert [span for lot in lots for span in lot] == sorted(span for lot in lots for span in lot)
    assert sum(spans.count(lot) for lot in lots) == spans.count(merged)
    assert all(spans.count(lot) <= size and len({span.version for span in lot}) == 1 for lot in lots)


@given(span_lists)
def test_places_number_addresses_in_order_from_nought(some):
    merged = tuple(span for span in spans.merge(some) if span.version == 4)
    places = spans.Places(merged)
    assert [places.of(span.first + index) for span in merged for index in range(span.count)] == list(
        range(spans.count(merged))
    )
    assert places.of(1000) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fd00:77::/64", "fd00:77::/64"),
        ("fe80::/64%eth0", "fe80::/64%eth0"),
        ("fe80::%eth0/64", "fe80::/64%eth0"),
    ],
)
def test_a_large_ipv6_network_is_a_segment_whose_addresses_are_not_counted(text, told):
    targets = read(text, "10.0.0.9")
    assert [str(segment) for segment in targets.segments] == [told]
    assert (targets.count, targets.networks) == (1, (told, "10.0.0.9"))
    assert targets.found_in_segments(["10.0.0.9", f"{targets.segments[0].network[7]}%eth0", "fd00:99::1"]) == 1
