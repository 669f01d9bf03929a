"""The language of filters: what fits, what is refused and how, and that nothing typed does worse than that."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ConfigError
from scanner.filter_words import LONGEST, as_typed
from scanner.filters import SHOWN, keys, read_filter

TODAY = date(2026, 11, 20)
CAMERA = {
    "kind": ("camera",),
    "vendor": ("Hikvision",),
    "model": ("DS-2CD2142FWD-I",),
    "firmware": ("V5.4.1 build 160525",),
    "address": ("10.20.0.5", "fd00:77::5"),
    "mac": ("44:19:b6:00:00:05",),
    "id": ("serial:hikvision:DS-1",),
    "department": ("Public Works",),
    "owner": ("O'Brien",),
    "criticality": ("high",),
    "severity": ("critical",),
    "score": (92.6,),
    "check": ("default-credentials", "tls-old-version"),
    "family": ("credentials", "tls"),
    "port": (("tcp", 80), ("tcp", 554), ("udp", 161)),
    "due": (3,),
    "accepted": (False,),
    "quarantined": (True,),
    "seen": (date(2026, 11, 15),),
    SHOWN: ("10.20.0.5", "hikvision ds-2cd2142fwd-i camera", "public works", "door controller of the garage"),
}


def fits(typed):
    return read_filter(typed, TODAY).matches(lambda key: CAMERA.get(key, ()))


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "kind:camera",
        "KIND=CAMERA",
        "kind:recorder,camera",
        "kind!=plc",
        "kind!=plc,recorder",
        "-kind:plc",
        "!kind:plc",
        "not kind:plc",
        "not -kind:camera",
        "not not kind:camera",
        "kind:camera and vendor:hik",
        "vendor=hikvision model:2142 firmware:5.4",
        "address:10.20.0.5",
        "address:10.20.0.0/24",
        "address:10.20.0.9/24",
        "address:10.20.*",
        "address:fd00:77::/64",
        "address:fd00:77::9%eth0/64",
        "fd00:77::%eth0/64",
        "address=fd00:77::5,10.0.0.1",
        "10.20.0.0/16",
        "mac:44:19:B6",
        "id:serial:hikvision",
        'department:"public works"',
        "department='Public Works'",
        "owner:O'Brien",
        'site:""',
        'department!=""',
        "criticality>=normal",
        "criticality<critical",
        "exposure!=open",
        "severity>=high",
        "severity:high,critical",
        "score>50",
        "score>=92.6",
        "score=92.6",
        "check:default",
        "check=tls-old-version",
        "family:tls",
        "port:80",
        "port:80/tcp",
        "port:udp/161",
        "port>500",
        "-port:23",
        "due<=3",
        "due<14d",
        "due<=2w",
        "accepted:no",
        "quarantined:YES",
        "seen<7d",
        "seen:7d",
        "seen>=2026-11-01",
        "seen=2026-11-15",
        "seen<today",
        "seen>4d",
        "-seen>2w",
        "door",
        '"door controller"',
        "garage,tunnel",
        "-tunnel",
        "not tunnel",
        '"kind:x",garage',
        "hikvision garage",
    ],
)
def test_what_fits_is_found(typed):
    assert fits(typed)
    assert typed.split() == [] or not fits(f"kind:plc {typed}")


@pytest.mark.parametrize(
    "typed",
    [
        "kind:plc",
        "-kind:camera",
        "kind!=camera",
        "vendor=hik",
        "model!=DS-2CD2142FWD-I",
        "address:10.20.1.0/24",
        'department:""',
        'department="public"',
        "criticality>high",
        "exposure:open",
        "exposure>=small",
        "severity<critical",
        "score<50",
        "check:snmp",
        "port:23",
        "port:80/udp",
        "due>3",
        "accepted:yes",
        'accepted:""',
        'score:""',
        "seen>7d",
        "seen>=2026-11-16",
        "seen:2026-11-16",
        "tunnel",
        '"controller door"',
        "garage -door",
        "hikvision tunnel",
    ],
)
def test_what_does_not_fit_is_not_found(typed):
    assert not fits(typed)


@pytest.mark.parametrize(
    ("typed", "number", "column", "why"),
    [
        ("kind:camera sevrity>=high", 2, 13, "there is no key 'sevrity'; did you mean 'severity'?"),
        ("kind:camra", 1, 1, "kind is never 'camra'; did you mean 'camera'?"),
        ("severity:hihg", 1, 1, "severity is never 'hihg'; did you mean 'high'?"),
        ("family:firmwear", 1, 1, "family is never 'firmwear'; did you mean 'firmware'?"),
        ("check:defalt", 1, 1, "there is no check 'defalt'; did you mean 'default'?"),
        ('a "b', 2, 3, 'its quotes (") are not closed'),
        ('vendor:"a"b', 1, 1, "after the closing quotes stands 'b'"),
        ("kind:", 1, 1, "kind wants a value"),
        ("kind:camera,", 1, 1, "nothing stands beside a comma"),
        ("a,,b", 1, 1, "nothing stands beside a comma"),
        ("port:99999", 1, 1, "port is a number up to 65535"),
        ("score>many", 1, 1, "score is a number such as 50, not 'many'"),
        ("score>50,60", 1, 1, "> goes with one value"),
        ("due<soon", 1, 1, "due is a number of days"),
        ("seen<2026-13-01", 1, 1, "seen is a day such as 2026-11-20, or an age such as 7d"),
        ("kind>camera", 1, 1, "kind cannot be compared with >"),
        ("address:10.20", 1, 1, "address wants an address, a network"),
        ("address:fe80::1%a%b", 1, 1, "address wants an address, a network"),
        ("accepted:maybe", 1, 1, "accepted is yes or no, not 'maybe'"),
        ("kind:plc not", 2, 10, "nothing follows that it could turn round"),
        ("kind:plc or kind:camera", 2, 10, 'a comma is "or"'),
    ],
)
def test_what_cannot_be_read_is_said_with_its_word_and_its_place(typed, number, column, why):
    with pytest.raises(ConfigError) as caught:
        read_filter(typed, TODAY)
    said = str(caught.value)
    assert said.startswith(f"in the filter, word {number} (")
    assert f") at column {column}: {why}" in said


@pytest.mark.parametrize("typed", ["aa:bb:cc", "44:19:b6:00:00:05", "fe80::1", "fd00:77::/64", "http://10.20.0.5/"])
def test_an_address_of_any_kind_is_not_taken_for_a_key(typed):
    (condition,) = read_filter(typed, TODAY).conditions
    assert condition.word.key == ""


@pytest.mark.parametrize(
    ("arguments", "same_as"),
    [
        (["department:Public Works"], 'department:"Public Works"'),
        (["door controller"], '"door controller"'),
        (["kind:camera severity>=high"], "kind:camera severity>=high"),
        (["kind:camera", "score>5"], "kind:camera score>5"),
        (['vendor:"a b"'], 'vendor:"a b"'),
        (["owner:C:\\ D"], 'owner:"C:\\\\ D"'),
    ],
)
def test_quotes_that_a_shell_took_away_are_put_back(arguments, same_as):
    assert as_typed(arguments) == same_as
    assert read_filter(as_typed(arguments), TODAY).conditions


def test_a_filter_has_an_end():
    with pytest.raises(ConfigError, match="4,096 characters at most"):
        read_filter("a" * (LONGEST + 1), TODAY)


PIECES = st.one_of(
    st.sampled_from(
        [*keys(TODAY), "not", "or", "and", ":", "=", "!=", ">=", "<", '"', "'", ",", "-", "!", " ", "\\", "*", "/"]
    ),
    st.text(max_size=6),
    st.sampled_from(["٣", "9" * 400, "2026-02-30", "7d", "0/0", "::", "%", "\x00", "\u202e", "fe80::1%eth0"]),
)


def said_of(typed):
    """Why it is no filter, "" where it is one."""
    try:
        found = read_filter(typed, TODAY)
    except ConfigError as error:
        return str(error)
    for subject in (lambda key: CAMERA.get(key, ()), lambda key: ()):
        assert found.matches(subject) in (True, False)
    return ""


@given(st.lists(PIECES, max_size=12).map("".join))
def test_whatever_is_typed_is_a_filter_or_a_sentence_about_a_word_of_it(typed):
    said = said_of(typed)
    assert said == "" or (said.startswith("in the filter, word ") and said.isprintable())


@given(st.lists(st.text(max_size=12), max_size=4))
def test_whatever_a_shell_hands_over_is_a_filter_or_a_sentence_about_a_word_of_it(arguments):
    said = said_of(as_typed(arguments))
    assert said == "" or said.startswith("in the filter, word ")
