"""waivers.toml, as people write it, and every way in which it can be wrong."""

from datetime import date

import pytest

from inventory.errors import ConfigError
from inventory.model import Severity
from inventory.waivers import Waiver
from scanner.waiving import load_waivers

TODAY = date(2026, 11, 20)
WORD = 'owner = "Transport"\nreason = "A wall."\naccepted = 2026-11-01\nuntil = 2027-03-31\n'
BY_ID = f'[[waiver]]\nfinding = "fab6b7e83085a54d"\n{WORD}'


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "waivers.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_waivers(path, TODAY)

    return read


def test_an_empty_file_accepts_nothing(read):
    assert read("# nothing\n") == ()


def test_a_finding_and_a_rule_are_read_with_where_they_stand(read):
    rule = '\n[[waiver]]\ncheck = "cleartext-administration"\nnetwork = "10.20.0.0/22"\nkind = "camera"\nport = 23\n'
    by_id, by_rule = read("# the city's\n" + BY_ID + rule + WORD)
    assert by_id == Waiver(
        "Transport", "A wall.", date(2027, 3, 31), date(2026, 11, 1), "fab6b7e83085a54d", file="waivers.toml", line=2
    )
    assert (by_rule.place, str(by_rule)) == (
        "waivers.toml line 9",
        "check cleartext-administration, network 10.20.0.0/22, kind camera, port 23",
    )


def test_an_address_is_read_in_any_notation(read):
    word = f'[[waiver]]\ncheck = "cleartext-administration"\naddress = "FD00:0::5"\n{WORD}'
    assert read(word)[0].address == "fd00::5"


def test_a_waiver_that_is_over_is_read_and_another_may_follow_it(read):
    old = BY_ID.replace("2026-11-01", "2025-11-01").replace("2027-03-31", "2026-03-31")
    assert [waiver.is_over(TODAY) for waiver in read(old + BY_ID)] == [True, False]


def test_the_day_of_acceptance_may_be_left_out_and_then_the_year_counts_from_today(read):
    bare = BY_ID.replace("accepted = 2026-11-01\n", "")
    assert read(bare)[0].accepted is None
    assert read(bare.replace("2027-03-31", "2027-11-20"))
    with pytest.raises(ConfigError, match=r"line 5: until is 2027-11-21, more than 365 days from today.*2027-11-20 at"):
        read(bare.replace("2027-03-31", "2027-11-21"))


def test_three_hundred_and_sixty_five_days_are_allowed(read):
    assert read(BY_ID.replace("2027-03-31", "2027-11-01"))


RULE = f'[[waiver]]\ncheck = "cleartext-administration"\nkind = "camera"\n{WORD}'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (BY_ID.replace("owner", "ownr"), "line 3: [[waiver]] has no key 'ownr'; did you mean 'owner'?"),
        ("[waver]\n", "line 1: the top of the file has no key 'waver'; did you mean 'waiver'?"),
        ("waiver = 3\n", "line 1: each waiver must be a table of its own, headed [[waiver]]"),
        (BY_ID.replace('owner = "Transport"\n', ""), "line 1: [[waiver]] needs owner: who answers for it"),
        (BY_ID.replace('reason = "A wall."\n', ""), "line 1: [[waiver]] needs reason: why the city lives with it"),
        (BY_ID.replace("until = 2027-03-31\n", ""), "line 1: [[waiver]] needs until, its last day, such as"),
        (BY_ID.replace("A wall.", " \\t "), "line 4: reason is empty: say why the city lives with it"),
        (BY_ID.replace("A wall.", "\\u200b\\u202e"), "line 4: reason is empty"),
        (BY_ID.replace("Transport", ""), "line 3: owner is empty: say who answers for it"),
        (BY_ID.replace("Transport", "x" * 201), "line 3: owner has more than 200 characters"),
        (BY_ID.replace("A wall.", "x" * 2001), "line 4: reason has more than 2,000 characters"),
        (BY_ID.replace('"Transport"', "7"), "line 3: owner must be text in quotes, not 7"),
        (BY_ID.replace("2027-03-31", '"2027-03-31"'), "line 6: until must be a date without quotes"),
        (BY_ID.replace("2027-03-31", "2027-03-31T10:00:00"), "line 6: until must be a date without quotes"),
        (
            BY_ID.replace("2027-03-31", "2026-10-31"),
            "line 6: until is 2026-10-31, before it was accepted on 2026-11-01",
        ),
        (BY_ID.replace("2027-03-31", "2027-11-02"), "line 6: until is 2027-11-02, more than 365 days after it was"),
        (BY_ID.replace("2026-11-01", "2026-11-21"), "line 5: accepted is 2026-11-21, which is yet to come"),
        (BY_ID.replace("2026-11-01", "9999-12-31"), "line 5: accepted is 9999-12-31, which is yet to come"),
        (BY_ID.replace("fab6b7e83085a54d", "fab6"), "line 2: finding 'fab6' is no id: one has 16 digits"),
        (BY_ID.replace("fab6b7e83085a54d", "FAB6B7E83085A54D"), "is no id"),
        (BY_ID.replace('"fab6b7e83085a54d"', '""'), "line 2: [[waiver]] needs a finding"),
        (RULE.replace("cleartext-", "clertext-"), "line 2: there is no check 'clertext-administration'; did you mean"),
        (RULE.replace("cleartext-administration", "zzzzzz"), "there is no check 'zzzzzz'; `tocsin checks` lists them"),
        (RULE.replace('"camera"', '"camra"'), "line 3: there is no kind 'camra'; did you mean 'camera'?"),
        (
            RULE.replace('kind = "camera"\n', ""),
            "line 2: [[waiver]] would accept all that cleartext-administration ever",
        ),
        (f"[[waiver]]\n{WORD}", "line 1: [[waiver]] would accept everything: name a finding, or a check and where"),
        (f'[[waiver]]\nkind = "camera"\n{WORD}', "line 1: [[waiver]] names kind and no check"),
        (RULE.replace('kind = "camera"', 'network = "0.0.0.0/0"'), "line 3: the network 0.0.0.0/0 is every address"),
        (RULE.replace('kind = "camera"', 'network = "::/0"'), "line 3: the network ::/0 is every address"),
        (RULE.replace('kind = "camera"', 'network = "10.0.0.5/24"'), "line 3: '10.0.0.5/24' is no network"),
        (RULE.replace('kind = "camera"', 'address = "10.0.0.0/24"'), "line 3: '10.0.0.0/24' is no address"),
        (RULE.replace('kind = "camera"', "port = 0"), "line 3: port must be a number from 1 to 65535, not 0"),
        (RULE.replace('kind = "camera"', "port = true"), "line 3: port must be a number from 1 to 65535, not True"),
        (RULE.replace('kind = "camera"', 'vendor = " "'), "line 3: [[waiver]] needs a vendor"),
        (BY_ID + BY_ID, "line 7: finding fab6b7e83085a54d is accepted already, in line 1: keep one of the two"),
        (
            BY_ID + BY_ID.replace("owner", 'check = "shared-key"\nowner'),
            "line 7: finding fab6b7e83085a54d is accepted alr",
        ),
        (RULE + RULE, "kind camera is accepted already, in line 1"),
        (BY_ID + "[[waiver]\n", "line 7: "),
        (BY_ID.encode() + b"# \xff\n", "line 7: this is not UTF-8 text"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_with_its_line(read, tmp_path, text, complaint):
    with pytest.raises(ConfigError) as raised:
        read(text)
    said = str(raised.value)
    assert said.startswith(f"{tmp_path}/waivers.toml line ")
    assert complaint in said
    assert "\n" not in said


def test_thousands_of_waivers_are_read(read):
    text = "".join(BY_ID.replace("fab6b7e83085a54d", f"{number:016x}") for number in range(3000))
    assert [waiver.line for waiver in read(text)] == list(range(1, 18000, 6))


def test_the_worst_that_a_waiver_holds_for_is_read_and_one_for_something_worse_may_stand_beside_it(read):
    medium, high = (f'{BY_ID}severity = "{word}"\n' for word in ("medium", "high"))
    assert [waiver.severity for waiver in read(medium + high)] == [Severity.MEDIUM, Severity.HIGH]
    with pytest.raises(ConfigError, match="is accepted already, in line 1"):
        read(medium + medium)
    with pytest.raises(ConfigError, match="line 7: there is no severity 'bad'"):
        read(f'{BY_ID}severity = "bad"\n')
