"""The language of filters is written twice, in Python for the lists and in JavaScript for the page: both mean the same, and complain in the same words."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, product

import pytest
from playwright.sync_api import Browser, Page

from inventory.errors import ConfigError
from scanner.filter_words import LONGEST, OPERATORS
from scanner.filters import keys, read_filter
from scanner.rows import ListedDevice
from scanner.subjects import about_device
from tests.report.pages import browser, shown
from tests.report.sought import TODAY, city

pytestmark = pytest.mark.real
__all__ = ["browser"]  # the fixture of this file's tests
SEED = 4711
ANSWERS = """(typed) => typed.map((line) => {
  const query = document.getElementById("query");
  query.value = line;
  if (query.value !== line) throw new Error(`no field holds ${JSON.stringify(line)}`);
  query.dispatchEvent(new Event("input"));
  const second = (row) => row.querySelector(".open .cut:nth-child(2)").textContent.split(" · ")[0];
  const wrong = document.getElementById("wrong").textContent;
  return wrong || [...document.querySelectorAll("#rows tr.device")].map(second).sort();
})"""
"""What the page says of each line: the first addresses of the devices that it shows, or its complaint."""
VALUES: Mapping[str, Sequence[str]] = {
    "kind": ("camera", "CAMERA", "recorder,plc", "unidentified", "camra", "message-sign", "c", "__proto__"),
    "vendor": ("Hikvision", "hik", "STRASSE", "straße gmbh", "OEM AG", "ΣΑΣ ΣΑΣ", "σας", "axis,oem"),
    "model": ("DS-2CD2142FWD-I", "a*b?", "A\u00a0B", "a b", "Ǆ", "ǅ", "*"),
    "firmware": ("V5.4.1", "V5.4.1 build 160525", "2.1", "2.2", "v5.15,v5.16"),
    "address": (
        *("10.20.0.1", "10.20.0.55", "10.20.0.*", "10.20.0.0/24", "10.20.0.9/255.255.255.0", "10.20.0.9/0.0.0.255"),
        *("10.20.0.0/33", "010.20.0.1", "0.0.0.0/0", "0.0.0.0/0.0.0.0", "10.20.0.1/255.255.255.255", "10.20.0.0/024"),
        *("fd00:77::/64", "FD00:77::1", "fd00:77:0:0:0:0:0:11", "::/0", "::ffff:10.20.0.1", "::ffff:1.2.3", "::1.2.3.4/96"),
        *("fe80::10%eth0", "fe80::%1/64", "fe80::%", "fe80::1%a%b", "fe80::/64%1", "10.20.0.1%x", "FD*", "*", "02:aa:bb:*", "", "1:2"),
        *("02:aa:bb:cc:dd:ee", "192.168.7.13", "fd99::13/128", ":::", "1::2::3", "10.20.0.0/24/8", "10.20.0", "10.20.0.256"),
        *("10.20.0.0/255.0.255.0", "10.20.0.0/", "::1/129", "::/00", "::/ffff::", "12345::", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:8::"),
        *("10.20.0.1,10.20.0.2", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "::1.2.3.4:5", ":1::2", "1:::2", "/24", "٣.1.1.1"),
    ),
    "mac": ("44:19:b6", "44:19:B6:00:00:04", "02-aa", "02:AA:bb"),
    "serial": ("SN-2", "sn/2b", "MESH1", "mesh", "İ-13", "i̇-13", "i-13"),
    "id": ("serial:mesh1", "key:0003", "KEY:00", "mac:"),
    "department": ("Public Works", "public", "Port", "Verkehr & Strassen", "and", "zweigstelle"),
    "site": ("harbour", "HARBOUR SÜD", "quay", "marktplatz"),
    "owner": ("O'Brien", "ana čížek", "a,b", "ΟΔΟΣ", "οδος", "οδοσ", "οδο"),
    "name": (
        *("Müller, \"Süd\"\\Tor", "MÜLLER", "ΣΊΣΥΦΟΣ", "σίσυφος", "σίσ", "ılgın", "ilgin", "IZMIR", "i̇zmir", "漢字カメラ", "🚦"),
        *("<b>", "a*b", "-kind:plc or not", "ﬁbre", "FIBRE", "ǆ", "Ǆ", "\\u202eevil", "heard below ip", "Mu\u0308ller"),
    ),
    "criticality": ("low", "normal", "HIGH", "critical", "hihg", "info", "low,high"),
    "exposure": ("small", "Controlled", "open", "opne"),
    "severity": ("info", "low", "medium", "HIGH", "critical", "hihg", "high,low", "normal"),
    "band": ("info", "medium", "critical", "none"),
    "score": ("0", "0.0", "50", "90", "89.9", "1e3", "-5", "+5", "٣", "999999999", "1.", "100.0", "9999999999", ".5", "0,50"),
    "check": ("default", "default-credentials", "DEFAULT-", "tls", "defalt", "o", "zzz", "firmware-old,tls-old-version", "crednetials"),
    "family": ("credentials", "TLS", "firmware", "ports", "port"),
    "port": (
        *("80", "080", "443", "tcp/80", "udp/161", "161/UDP", "tcp/80/tcp", "65535", "65536", "5353", "sctp/80", "23", "udp/23"),
        *("23,161", "0", "000080", "00080", "٨٠", "80/", "/80", " 80"),
    ),
    "due": ("3", "14d", "14 days", "2w", "1 WEEK", "1  day", "9999", "10000", "60days", "14x", "next upgrade", "1234567"),
    "accepted": ("yes", "NO", "true", "off", "1", "maybe", "yes,no", "y"),
    "quarantined": ("yes", "no", "False", "ON", "2"),
    "seen": (
        *("2026-11-20", "2026-11-14", "2026-02-30", "2026-13-01", "0000-01-01", "0001-01-01", "9999-12-31", "2026-1-1", "0099-03-01"),
        *("today", "Yesterday", "tomorrow", "7d", "1W", "0d", "7 d", "999999w", "2026-11-14T00", "２026-11-14", "2024-02-29", "7d,2026-10-11"),
    ),
}  # fmt: skip
"""Of each key, what may stand behind it, and what is mistyped."""
STRANGE = ("", "\x00", "\u202e", "'", '"', "\\", 'a\\"b', "\u00ad", "\ue000", "x y", "tcp", "é", "0", "1")
FREE = (
    *("hikvision", "HIK", "straße", "STRASSE", "10.20.0.1", "10.20.1.", "fd00:77::", "192.168.7.13", "02:aa:bb", "sn-2"),
    *("cam-two", "oem ag", "mesh1", "key:00", "müller", "ΣΊΣΥΦΟΣ", "σίσυφοσ", "ılgın", "漢字カメラ", "🚦", "<b>", "a*b"),
    *("ﬁbre", "FIBRE", "public", "\"Public Works\"", "'public works'", "port", "harbour", "quay", "o'brien", "ana"),
    *("cleartext", "credentials", "\"Administration in clear text\"", "161/udp", "3", "marktplatz", "air-sensor"),
    *("recorder,plc", "\"a,b\"", "\"kind:x\",müller", "nothing-says-this", "10.20.0.0/24", "fd00:77::/64", "fe80::%1/64"),
    *("\"10.20.0.0/24\"", "10.20.0.0/24,müller", "\"\"", "upgrade", "unidentified", "v5.4.1", "2.1", "72.4", "91.0", "none", "σίσ", "controlled"),
    *("\"kind:plc or\"", "http://", "fe80::10", "aa:bb:cc", "02-aa", "a:b::c", "dead:beef::1,müller", "ǆ"),
)  # fmt: skip
"""Words without a key; of what stands in a record alone, which the page shows and no list does, there is none."""
ODD = (
    *("", " ", "\t  ", "\u00a0", "\u2003kind:camera\u3000", "\x1ckind:camera\x85port:80", "\ufeffkind:camera", "-", "!", "--"),
    *("- kind:camera", "not", "NOT kind:camera", "not not kind:camera", "not -kind:camera", "kind:camera not", "not and"),
    *("and", "AND kind:camera", "or", "kind:plc OR kind:camera", "kind:plc or", "not or", "not,x", "-not", "!and", "-or"),
    *("kind:", "kind:,", "kind:camera,", "kind:,camera", ",", "a,,b", ",a", "score>", "score>50,60", "score>=", "-score>"),
    *("kind:\"camera\"", "kind:'camera',plc", "kind:\"camera\"x", "kind:\"camera\"\"plc\"", "kind:\"cam", "vendor:\"", "\"", "'"),
    *("vendor:\"a\\\"b\"", "name:\"Müller, \\\"Süd\\\"\\\\Tor\"", "name:'Müller, \"Süd\"\\Tor'", "owner:O'Brien", "vendor:x\"y\""),
    *("kind=:camera", "kind==camera", "kind!camera", "kind!:camera", "severity=>high", "severity=<high", "kind::", "kind:=x"),
    *("kInD:camera", "KIND=CAMERA", "colour:red", "sevrity:high", "K\u0130ND:camera", "\u212And:camera", "ки:x", "a-b_c:x"),
    *("__proto__:x", "constructor:x", "hasOwnProperty:x", "toString", "kind:__proto__", "check:constructor", "vendor:__proto__"),
    *("kind:camera,", "\"kind:camera\"", "-\"kind:camera\"", "!kind:camera", "!!kind:camera", "-kind!=camera", "not kind!=plc"),
    *("https://10.20.0.1/x", "kind://x", "a:b", "aa:bb", "fe80:", "fe::1/64", "fe::1%e/64,", "a::b::c", "dead:beef", "b:c:d:e"),
    *("kind:camera  severity>=high", "kind :camera", "kind: camera", "kind:camera,plc recorder", "severity>=high,low"),
    *("<script>", "a\\b", "\\", "{{7*7}}", "%s", "kind:<b>", "kind:\u202ecamera", "vendor:\x00", "kind:a\u00adb", "name:\ue000"),
    *("kind:'it''s'", "kind:\"it's \\\"so\\\"\"", "kind:it's", "port:\"80\"", "due:\"14 days\"", "due:14 days", "seen:\"7 d\""),
    *("kind:" + "x" * 300, "a" * LONGEST, "a" * (LONGEST + 1), "🚦" * LONGEST, "a " * 2000, "\"" + "x y " * 40, "x" * 80 + ":y"),
    *("kind:camera " * 20 + "sevrity:high", "🚦🚦 kind:camra", "\u00e9\u0301 port:x", "check:tls-old", "check=tls-old", "check:tls"),
)  # fmt: skip
"""Spaces, negations, quotes, keys and texts as nobody should type them."""


class Both:
    """A city in both places."""

    def __init__(self, rows: Sequence[ListedDevice], page: Page) -> None:
        self.rows = rows
        self.page = page

    def differ(self, typed: Iterable[str], *, free: bool = True) -> dict[str, tuple[object, object]]:
        """The lines of which the lists and the page do not say the same, with what each says; of a line with a `free` word whether it can be read, at least."""
        lines = list(dict.fromkeys(typed))
        said = zip(lines, map(self.listed, lines), self.page.evaluate(ANSWERS, lines), strict=True)
        differing = {line: (one, other) for line, one, other in said if one != other}
        return {
            line: pair
            for line, pair in differing.items()
            if free or any(isinstance(each, str) for each in pair) or not is_free(line)
        }

    def listed(self, typed: str) -> str | list[str]:
        """The first addresses of the devices that `tocsin devices` lists, or its complaint."""
        try:
            wanted = read_filter(typed, TODAY)
        except ConfigError as error:
            return str(error)
        return sorted(row.device.address for row in self.rows if wanted.matches(about_device(row)))


@pytest.fixture(scope="module")
def both(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("sought")
    there = city(folder)
    tall = {"width": 1280, "height": 4000}  # every row is in the page
    with shown(browser, folder / "report.html", there.edition, viewport=tall) as seen:
        yield Both(there.rows, seen.page)
        assert seen.complaints == []


def quoted(text: str, quote: str = '"') -> str:
    return quote + text.replace("\\", "\\\\").replace(quote, "\\" + quote) + quote


@pytest.mark.parametrize("key", list(keys(TODAY)))
def test_every_key_with_every_operator_means_the_same(both: Both, key: str):
    bare = [f"{key}{operator}{value}" for operator, value in product(OPERATORS, VALUES[key])]
    in_quotes = [f"-{key}:{quoted(value)}" for value in (*VALUES[key], *STRANGE)]
    assert both.differ((*bare, *in_quotes)) == {}
    found = [both.listed(line) for line in bare]
    assert any(isinstance(each, list) and 0 < len(each) < len(both.rows) for each in found)


def test_words_without_a_key_find_the_same(both: Both):
    pairs = (f"{one} {other}" for one, other in zip(FREE, FREE[7:], strict=False))
    assert both.differ((*FREE, *(f"-{word}" for word in FREE), *(f"not !{word}" for word in FREE), *pairs)) == {}


def test_what_is_oddly_typed_is_read_or_refused_alike(both: Both):
    assert both.differ(ODD, free=False) == {}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("address:192.168.7.13", "192.168.7.13, fd99::13: outside the scope, never asked"),
        ("vendor:oem", "vendor OEM AG"),
        ("name:cam-two", "name cam-two"),
        ("serial:sn/2b", "serial SN/2b"),
        ("mac:44:19:b6", "mac 44:19:B6:00:00:04"),
    ],
)
def test_by_what_a_device_is_found_it_tells(both: Both, typed: str, told: str):
    both.page.fill("#query", typed)
    both.page.locator("#rows .open").click()
    assert told in both.page.locator(".unfolded").inner_text()
    both.page.click(".unfolded .close")


def test_words_together_mean_the_same(both: Both):
    chance = random.Random(SEED)
    assert both.differ(line(chance) for _ in range(300)) == {}


def line(chance: random.Random) -> str:
    """A few words, most of which can be read."""
    return chance.choice((" ", "  ", "\t", " not ", " and ")).join(
        chance.choice(("", "", "-", "!", "not ")) + word(chance) for _ in range(chance.randint(1, 4))
    )


def word(chance: random.Random) -> str:
    if chance.random() < 0.3:
        return chance.choice(FREE)
    key = chance.choice(list(VALUES))
    operator = chance.choice((":", ":", *OPERATORS))
    values = chance.choices(VALUES[key], k=chance.choice((1, 1, 1, 2, 3)))
    marks = chance.choice(("", '"', "'"))
    return f"{key}{operator}" + ",".join(quoted(each, marks) if marks else each for each in values)


def test_whatever_is_typed_is_read_or_refused_alike(both: Both):
    chance = random.Random(SEED)
    pieces = (
        *keys(TODAY),
        *OPERATORS,
        *"\"',-! \\*/%:",
        *chain.from_iterable(values[:2] for values in VALUES.values()),
        "not ",
        " or ",
        " and ",
        "é",
        "\u0301",
        "ß",
        "\u2003",
        "🚦",
    )
    lines = ["".join(chance.choices(pieces, k=chance.randint(1, 9))) for _ in range(400)]
    assert sum(isinstance(both.listed(each), list) for each in lines) > 60
    assert both.differ(lines, free=False) == {}


def is_free(typed: str) -> bool:
    """Whether it has a word without a key, which the page seeks in more than a list shows."""
    return "" in read_filter(typed, TODAY).keys
