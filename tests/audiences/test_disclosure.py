"""What is published of a city tells of no small group, whatever is taken from whatever; and an attacker tries."""

import json
import random
from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.model import Severity
from scanner.audiences import public
from scanner.audiences.disclosure import OTHERS, K, Rounding, Told, shares, table
from scanner.audiences.rendering import html, md, txt
from scanner.audiences.rendering import json as json_page
from scanner.edition import Edition
from tests.audiences.riverbank import report, truth

KEY = bytes(range(32))
GROUPS = tuple("abcdefgh")
FLEETS = st.lists(st.integers(0, 30), min_size=2, max_size=len(GROUPS)).map(
    lambda counts: dict(zip(GROUPS, counts, strict=False))
)
KEYS = st.binary(min_size=32, max_size=32)


def could_be(told: int) -> range:
    """The true numbers behind one that is told, as an attacker knows them who knows the method and not the key."""
    return range(max(K, told - K), told + K + 1)


def feasible(told: Told, groups: tuple[str, ...], whole: range) -> list[int]:
    """Every number that one of the groups that are told together may have: by the method, the table and the total, all at once."""
    listed = {group: could_be(number) for group, number in told.groups if group != OTHERS}
    left = could_be(dict(told.groups)[OTHERS])
    hidden = len(groups) - len(listed)
    most = min(
        (each[-1] for each in listed.values()), default=left[-1]
    )  # the one that hides the others is the smallest of the large ones
    low, high = (sum(each[end] for each in listed.values()) for end in (0, -1))

    def fits(first: int, last: int) -> bool:
        return any(
            rest in left and rest + high >= whole[0] and rest + low <= whole[-1] for rest in range(first, last + 1)
        )

    small = [value for value in range(K) if fits(value + K, value + most + (K - 1) * (hidden - 2))]
    return small + [value for value in range(K, most + 1) if fits(value, value + (K - 1) * (hidden - 1))]


@settings(max_examples=400, deadline=None)
@given(FLEETS, KEYS)
def test_no_hidden_group_can_be_narrowed_down_to_fewer_than_k_numbers(counts, key):
    rounding, groups = Rounding(key), tuple(counts)
    whole = sum(counts.values())
    told = table("t", counts, groups, rounding)
    if told is None or not told.merged or whole < K:
        return
    values = feasible(told, groups, could_be(rounding.of("all", "", whole)))
    assert len(values) >= K
    assert values[0] < K <= values[-1]  # nor is it known whether it is a small one at all


@settings(max_examples=400, deadline=None)
@given(FLEETS, KEYS)
def test_every_group_that_is_told_is_large_and_so_is_what_is_left(counts, key):
    told = table("t", counts, tuple(counts), Rounding(key))
    if told is None:
        return
    listed = [group for group, _ in told.groups if group != OTHERS]
    assert all(counts[group] >= K for group in listed)
    left = [count for group, count in counts.items() if group not in listed]
    assert not left or (len(left) >= 2 and sum(left) >= K)
    assert all(number % K == 0 and counts.get(group, sum(left)) in could_be(number) for group, number in told.groups)


@given(FLEETS, KEYS)
def test_the_same_counts_are_told_alike_and_a_difference_of_two_reports_is_no_small_number(counts, key):
    groups = tuple(counts)
    more = counts | {groups[0]: counts[groups[0]] + 1}
    first, again, later = (table("t", each, groups, Rounding(key)) for each in (counts, dict(counts), more))
    assert first == again
    if first is not None and later is not None:
        before, after = dict(first.groups), dict(later.groups)
        assert {abs(before[group] - after[group]) % K for group in before.keys() & after.keys()} <= {0}


def test_overlapping_groups_are_told_only_where_they_and_the_rest_are_large():
    told = dict(shares("family", {"few": 4, "most": 97, "all": 100, "some": 40}, 100, Rounding(KEY)))
    assert (told["few"], told["most"], told["all"]) == (None, None, None)
    assert told["some"] in range(35, 46)


def consistent(known: Counter[str], groups: tuple[str, ...], told: Told | None) -> set[str]:
    """In which groups the last device may be, for who knows every other device, the method and the table, and not the key."""
    found = set()
    for group in groups:
        counts = known + Counter([group])
        made = table("t", counts, groups, Rounding(KEY))
        if (made is None) != (told is None):
            continue
        if made is None or told is None:
            found.add(group)
            continue
        numbers, listed = dict(told.groups), {name for name, _ in made.groups}
        rest = sum(count for name, count in counts.items() if name not in listed)
        if listed == set(numbers) and all(
            moves(counts[name] if name != OTHERS else rest, number) for name, number in numbers.items()
        ):
            found.add(group)
    return found


def moves(count: int, told: int) -> bool:
    """Whether a number may be told so: as one of the multiples around it, or one step away where it is a multiple itself."""
    return count >= K and (abs(told - count) < K or (count % K == 0 and abs(told - count) == K))


def test_who_knows_all_devices_but_one_seldom_learns_more_and_never_all_of_it():
    rng = random.Random(5)
    sure = Counter[int]()
    for _ in range(200):
        size, certain = rng.randrange(30, 300), 0
        for _ in range(3):  # three tables of one device: kind, band, age
            groups = GROUPS[: rng.randrange(3, len(GROUPS) + 1)]
            devices = rng.choices(groups, [rng.random() ** 2 for _ in groups], k=size)
            told = table("t", Counter(devices), groups, Rounding(rng.randbytes(32)))
            possible = consistent(Counter(devices[1:]), groups, told)
            assert devices[0] in possible
            certain += len(possible) == 1
        sure[certain] += 1
    assert sure[3] == 0
    assert sure[1] + 2 * sure[2] < 0.1 * 600


def test_a_city_of_fewer_than_five_devices_is_not_told_of():
    whole = report(range(K - 1))
    page = public.page(Edition(whole, city="Riverbank"), KEY)
    assert [type(block).__name__ for block in page.blocks] == ["Paragraph"]


def test_no_device_of_the_truth_is_in_any_rendering():
    for count in (4, 7, 24):
        whole = report(range(count))
        page = public.page(Edition(whole, city="Riverside", today=whole.scan.started.date()), KEY)
        names = {
            claim.value
            for one in whole.assessments
            for claim in one.device.claims
            if claim.name in ("vendor", "model", "firmware")
        }
        for medium in (html, md, txt, json_page):
            text = "".join(medium.render(page))
            shown = text.split("</style>")[-1].casefold()
            assert [
                word
                for word in (truth(whole) | names | {whole.scan.id, "12:00", "20 november"})
                if word.casefold() in shown
            ] == []


def test_an_accepted_weakness_is_not_counted_and_the_bands_are_those_of_the_ranking():
    whole = report(range(24))
    page = public.page(
        Edition(
            replace(
                whole,
                assessments=tuple(
                    replace(one, score=replace(one.score, band=Severity.HIGH)) for one in whole.assessments
                ),
            )
        ),
        KEY,
    )
    told = json.loads("".join(json_page.render(page)))
    assert "The groups are too small to be told apart." in [block.get("text") for block in told["blocks"]]
