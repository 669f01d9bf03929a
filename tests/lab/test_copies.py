import dataclasses
from collections.abc import Iterator

import pytest

from lab.copies import Copies, NoMoreCopiesError, counted_on, own, respell
from lab.fake import Fake, load_depot, load_fakes
from lab.plan import choose
from lab.services.http import Http, page

EVERY = pytest.mark.parametrize("fake", [*load_fakes(), *load_depot()], ids=lambda fake: fake.name)
FAR = (1, 2, 9, 10, 99, 100, 640)
"""Copies near and far, and those after which a number of one or two digits has been all that it can be."""


@EVERY
def test_every_fake_can_be_repeated_and_each_copy_has_all_that_is_its_own(fake):
    copies = [fake, *(respell(fake, number) for number in FAR)]
    assert len({one.mac for one in copies}) == len(copies)
    assert {one.mac[:8] for one in copies} == {fake.mac[:8]}
    if fake.serial is not None:
        assert len({one.serial for one in copies}) == len(copies)
    assert len({repr(one.services) for one in copies}) == len(copies) or not fake.unique
    for number, copy in zip(FAR, copies[1:], strict=True):
        there = {new for old, new in own(fake, number) if old in repr(fake.services)}
        assert [new for new in there if new not in repr(copy.services)] == []


@EVERY
def test_a_copy_is_the_same_in_all_else(fake):
    for number in FAR:
        copy = respell(fake, number)
        assert (copy.vendor, copy.model, copy.kind, copy.firmware) == (
            fake.vendor,
            fake.model,
            fake.kind,
            fake.firmware,
        )
        assert (copy.causes, copy.together, copy.manners) == (fake.causes, fake.together, fake.manners)
        assert [(type(s), s.port, s.transport) for s in copy.services] == [
            (type(s), s.port, s.transport) for s in fake.services
        ]
        if fake.firmware and fake.firmware in repr(fake.services):
            assert fake.firmware in repr(copy.services)


@pytest.mark.parametrize(
    ("text", "copy", "other"),
    [
        ("P7CM-0004711", 3, "P7CM-0004732"),
        ("DS-0009999", 1, "DS-0010006"),
        ("conduit-77", 4, "conduit-05"),
        ("conduit-77", 100, "conduit-177"),  # all of two digits were there
        ("nas-81.lab", 1, "nas-88.lab"),
        ("ups-pump-house", 1, "ups-pump-house-2"),
        ("robustel_router.lab", 2, "robustel_router-3.lab"),
        ("5A1C80", 1, "5A1C87"),
        ("5A1CFB", 1, "5A1D02"),
        ("7H2KX42", 1, "7H2KX49"),
        ("7H2KX92", 2, "7H2KY06"),
        ("SN210A12B3456A7", 1, "SN210A12B3456B4"),
    ],
)
def test_a_text_is_counted_on_and_keeps_its_looks(text, copy, other):
    assert counted_on(text, copy) == other


@pytest.mark.parametrize("text", ["conduit-77", "7H2KX42", "5A1C80", "ups-pump-house", "PLC_1", "4H0A1B2PAZ7F141"])
def test_no_two_of_a_thousand_copies_have_the_same_text(text):
    assert len({counted_on(text, copy) for copy in range(1000)} | {text}) == 1000 + (text != counted_on(text, 0))


def parts(value: object) -> Iterator[object]:
    """Everything in a record that may change, however deep it is."""
    if isinstance(value, (set, list, dict)):
        yield value
    inner = value if isinstance(value, tuple) else [getattr(value, f.name) for f in fields_of(value)]
    for part in inner:
        yield from parts(part)


def fields_of(value: object) -> tuple[dataclasses.Field[object], ...]:
    return dataclasses.fields(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else ()


@EVERY
def test_two_copies_have_nothing_in_common_that_may_change(fake):
    first, second = (respell(fake, number).services for number in (1, 2))
    assert {id(part) for part in parts(first)} & {id(part) for part in parts(second)} == set()


def test_a_router_with_a_login_by_form_keeps_sessions_that_may_change():
    (router,) = [fake for fake in load_fakes() if fake.name == "robustel_router"]
    assert list(parts(router.services)) != []


def fake(name: str, mac: str, serial: str) -> Fake:
    return Fake(name, "", 9, mac, (Http(pages=(("/", page(serial, mac)),)),), frozenset(), serial=serial)


def test_two_fakes_of_one_vendor_with_neighbouring_numbers_have_no_copies_in_common():
    copies = Copies()
    two = (fake("east", "02:00:00:00:00:00", "A0001000"), fake("west", "02:00:00:00:05:05", "A0001007"))
    handed = [copies.another(one) for _ in range(300) for one in two]
    assert len({name for name, _ in handed}) == 600
    assert len({one.mac for _, one in handed}) == 600
    assert len({one.serial for _, one in handed}) == 600


def test_the_first_that_is_handed_out_is_the_fake_itself():
    here = fake("east", "02:00:00:00:00:00", "A0001000")
    copies = Copies()
    assert not copies.has(here)
    assert copies.another(here) == ("east", here)
    assert copies.has(here)
    assert copies.another(here)[0] == "east-2"


def test_what_is_its_own_is_told_beside_what_the_copy_has():
    assert dict(own(fake("east", "02:00:00:00:00:00", "A0001000"), 1)) == {
        "02:00:00:00:00:00": "02:00:00:00:01:01",
        "020000000000": "020000000101",
        "A0001000": "A0001007",
    }


def test_a_fake_whose_numbers_are_all_taken_has_no_more_copies(monkeypatch):
    monkeypatch.setattr("lab.copies._MOST", 10)
    copies = Copies()
    for _ in range(10):
        copies.another(fake("gate", "02:00:00:00:00:00", "A0001000"))
    with pytest.raises(NoMoreCopiesError, match="no more than 10 copies of gate"):
        copies.another(fake("gate", "02:00:00:00:00:00", "A0001000"))


def test_copies_do_not_share_the_sessions_of_those_who_logged_in():
    (fake,) = choose(("robustel_router",))
    kept = [
        {
            id(getattr(application, "_sessions"))  # noqa: B009 - a service's own state, which mypy sees no reason to know
            for service in respell(fake, copy).services
            for _, application in getattr(service, "applications", ())
        }
        for copy in (1, 2)
    ]
    assert [len(one) for one in kept] == [1, 1]
    assert not kept[0] & kept[1]
