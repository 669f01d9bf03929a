"""The catalogue's examples are its tests; the loader's refusals; and what hostile text can cost."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.model import CLAIMS, KINDS, Claim, Confidence, Endpoint, FactValue, Observation
from scanner.fingerprint import (
    FACTS,
    MAC_VENDOR,
    Example,
    Fingerprint,
    FingerprintError,
    fingerprint,
    load_fingerprints,
    parse_catalogue,
)
from scanner.passive import facts as heard_facts
from scanner.pattern import PatternError, compile_pattern
from scanner.protocols import load_protocols

ENTRIES = load_fingerprints()
BY_FACT = {fact: [entry for entry in ENTRIES if entry.fact == fact] for fact in sorted({e.fact for e in ENTRIES})}
OF_EACH_FACT = pytest.mark.parametrize("fact", BY_FACT)
"""One test reads all entries of a fact and names those that are wrong: thousands of tests, one for each, would take longer than what they do."""
AGREED = {"vendor", "kind", "serial", "firmware_date"}
"""The claims of which a device has one: two entries may name a model or a part with more words or fewer."""
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def observed(facts: Mapping[str, FactValue], port: int = 80) -> Observation:
    return Observation(Endpoint("10.77.0.10", port), "http", facts, b"", NOW)


def identified(facts: Mapping[str, FactValue], mac: str | None = None) -> dict[str, str]:
    """The best claim of each name, components joined."""
    best: dict[str, str] = {}
    for claim in fingerprint([observed(facts)], mac):
        best.setdefault(claim.name, claim.value)
    return best


def examples(fact: str) -> Iterator[tuple[str, Fingerprint, Example]]:
    """Every example of the entries that read a fact, with its name."""
    for entry in BY_FACT[fact]:
        for at, example in enumerate(entry.examples):
            yield f"{entry.id}-{at}", entry, example


@OF_EACH_FACT
def test_an_example_leads_to_its_claims_and_no_other(fact):
    wrong = {}
    for name, entry, example in examples(fact):
        claims = entry.read(example.text)
        read = "the pattern is not in its own example" if claims is None else {one.name: one.value for one in claims}
        if read != dict(example.claims):
            wrong[name] = (read, example.claims)
    assert wrong == {}


@OF_EACH_FACT
def test_no_other_entry_contradicts_an_example(fact):
    wrong = []
    for name, entry, example in examples(fact):
        told = {each: value for each, value in example.claims.items() if each in AGREED}
        for other in BY_FACT[fact]:
            if other is not entry and other.confidence >= entry.confidence:
                claims = {claim.name: claim.value for claim in other.read(example.text) or ()}
                wrong += [
                    (name, value, other.id, claims[each])
                    for each, value in told.items()
                    if claims.get(each, value) != value
                ]
    assert wrong == []


@OF_EACH_FACT
def test_nothing_dull_silences_an_example(fact):
    dull = [entry for entry in BY_FACT[fact] if entry.means_nothing]
    texts = [(name, example.text) for name, entry, example in examples(fact) if not entry.means_nothing]
    assert [(name, other.id) for name, text in texts for other in dull if other.read(text) is not None] == []


def test_every_fact_is_declared_by_its_protocol_or_by_who_overhears_it():
    for name, protocol in load_protocols().items():
        declared = {*protocol.FACTS, *heard_facts()}
        assert {fact for fact in FACTS if fact.startswith(f"{name}.")} <= declared


def test_components_are_named_as_the_release_tables_name_them():
    names = {entry.claims["component"].split(" ")[0] for entry in ENTRIES if "component" in entry.claims}
    assert all(re.fullmatch(r"[a-z][a-z0-9_+-]*", name) for name in names)
    assert {
        "dropbear",
        "openssh",
        "lighttpd",
        "nginx",
        "apache-httpd",
        "linux-kernel",
        "vsftpd",
        "busybox",
        "mosquitto",
        "pupnp",
    } <= names


HP = "HP HTTP Server; HP LaserJet 400 M401dn - CF278A; Serial Number: VNC3K12345; Built:Thu Dec 06, 2012 01:14:09PM {LNPMELLT, ASIC id 0x00320104}"
APC = (
    "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.4.0 PN:apc_hw05_aos_640.bin AF1:v6.4.0 AN1:apc_hw05_sumx_640.bin MN:AP9630 HR:08"
    " SN: ZA1234567890 MD:08/12/2014)"
)
CITY: list[tuple[dict[str, FactValue], str | None, dict[str, str]]] = [
    (
        {
            "http.server": "DVRDVS-Webs",
            "http.realm": "DS-2CD2142FWD-I",
            "upnp.manufacturer": "Hikvision",
            "upnp.model_name": "DS-2CD2142FWD-I",
            "upnp.model_number": "V5.4.5 build 170124",
            "upnp.serial_number": "DS-2CD2142FWD-I20170305AAWR712345678",
            "telnet.banner": "login:",
        },
        "44:19:b6:01:02:03",
        {
            "vendor": "Hikvision",
            "model": "DS-2CD2142FWD-I",
            "kind": "camera",
            "firmware": "V5.4.5 build 170124",
            "firmware_date": "2017-01-24",
            "serial": "DS-2CD2142FWD-I20170305AAWR712345678",
        },
    ),
    (
        {
            "http.title": "WEB SERVICE",
            "tls.subject": "CN=Dahua,O=Dahua",
            "rtsp.server": "Rtsp Server/2.0",
            "rtsp.realm": "Login to 3K04ABCPAJ00123",
        },
        "3c:ef:8c:01:02:03",
        {"vendor": "Dahua", "kind": "camera", "serial": "3K04ABCPAJ00123"},
    ),
    (
        {
            "http.realm": "AXIS_ACCC8E012345",
            "rtsp.realm": "AXIS_ACCC8E012345",
            "upnp.manufacturer": "AXIS",
            "upnp.model_name": "AXIS P3245-LV",
            "upnp.serial_number": "ACCC8E012345",
            "upnp.friendly_name": "AXIS P3245-LV - ACCC8E012345",
        },
        "ac:cc:8e:01:23:45",
        {"vendor": "Axis", "model": "P3245-LV", "kind": "camera", "serial": "ACCC8E012345"},
    ),
    (
        {"http.server": "lighttpd/1.4.35", "http.realm": "NVR301-08B"},
        "48:ea:63:01:02:03",
        {"vendor": "Uniview", "model": "NVR301-08B", "kind": "recorder", "component": "lighttpd 1.4.35"},
    ),
    (
        {"http.title": "Econolite Cobalt ATC", "ssh.software": "dropbear_2012.55", "snmp.enterprise": 8072},
        "00:0d:00:01:02:03",
        {"vendor": "Econolite", "model": "Cobalt", "kind": "traffic-controller", "component": "dropbear 2012.55"},
    ),
    (
        {"http.title": "Daktronics VFC - Venus 1500", "telnet.banner": "Daktronics VFC 3000 Username:"},
        None,
        {"vendor": "Daktronics", "model": "Venus 1500", "kind": "message-sign"},
    ),
    (
        {"http.title": "Flowbird Strada Evolution", "ssh.software": "OpenSSH_7.4"},
        None,
        {"vendor": "Flowbird", "model": "Strada", "kind": "parking-meter", "component": "openssh 7.4"},
    ),
    (
        {"http.title": "Schreder Owlet IoT Gateway"},
        None,
        {"vendor": "Schréder", "model": "Owlet IoT", "kind": "lighting-gateway"},
    ),
    (
        {
            "modbus.vendor": "Schneider Electric",
            "modbus.product_code": "BMX P34 2020",
            "modbus.revision": "v2.60",
            "http.server": "Schneider-WEB/V2.1.4",
            "http.realm": "Schneider Web",
            "ftp.banner": "FTP server ready.",
        },
        "00:80:f4:01:02:03",
        {
            "vendor": "Schneider Electric",
            "model": "BMX P34 2020",
            "kind": "plc",
            "firmware": "v2.60",
            "cpe": "cpe:2.3:h:schneider-electric:modicon_m340:-:*:*:*:*:*:*:*",
        },
    ),
    (
        {"http.server": "LOYTEC LINX-151/6.2.4", "http.title": "LINX-151 - LOYTEC"},
        "00:0a:b0:01:02:03",
        {"vendor": "LOYTEC", "model": "LINX-151", "kind": "building-controller", "firmware": "6.2.4"},
    ),
    ({"http.title": "Meshlium Manager"}, None, {"vendor": "Libelium", "model": "Meshlium", "kind": "air-sensor"}),
    (
        {"http.title": "RUT240 - Web UI", "tls.subject": "CN=RUT240", "ssh.software": "dropbear_2020.81"},
        "00:1e:42:01:02:03",
        {"vendor": "Teltonika", "model": "RUT240", "kind": "router", "component": "dropbear 2020.81"},
    ),
    (
        {
            "http.realm": "APC Management Card",
            "ftp.banner": "AP9630 Network Management Card AOS v6.4.0 FTP server ready.",
            "snmp.enterprise": 318,
            "snmp.sys_descr": APC,
        },
        "00:c0:b7:01:02:03",
        {"vendor": "APC", "model": "AP9630", "kind": "ups", "firmware": "v6.4.0", "serial": "ZA1234567890"},
    ),
    (
        {"http.server": HP},
        "3c:d9:2b:01:02:03",
        {
            "vendor": "HP",
            "model": "LaserJet 400 M401dn",
            "kind": "printer",
            "firmware_date": "2012-12-06",
            "serial": "VNC3K12345",
        },
    ),
    (
        {"telnet.banner": "VertX V2000 login:", "http.title": "HID VertX Controller"},
        "00:06:8e:01:02:03",
        {"vendor": "HID", "model": "VertX V2000", "kind": "door-controller"},
    ),
    ({"http.realm": "TD-2708"}, None, {"vendor": "TVT", "model": "TD-2708", "kind": "recorder"}),
]


@pytest.mark.parametrize(("facts", "mac", "truth"), CITY, ids=[truth["vendor"] for _, _, truth in CITY])
def test_identifies_a_device_of_a_city_by_all_it_says(facts, mac, truth):
    assert identified(facts, mac) == truth


def test_a_greeting_keeps_its_meaning_with_its_code_and_control_characters():
    assert (
        identified({"ftp.banner": "220 AP9630 Network Management Card AOS v6.4.0 FTP server ready."})["model"]
        == "AP9630"
    )
    assert identified({"telnet.banner": r"\x0d VertX V2000 login:"})["model"] == "VertX V2000"


def test_the_surest_claim_comes_first_and_names_its_fact_and_endpoint():
    first = fingerprint(
        [observed({"http.realm": "DS-2CD2142FWD-I"}), observed({"upnp.manufacturer": "Hikvision"}, 49152)], None
    )[0]
    endpoint = Endpoint("10.77.0.10", 49152)
    assert first == Claim(
        "vendor", "Hikvision", Confidence.CONFIRMED, "upnp-manufacturer-hikvision", "upnp.manufacturer", endpoint
    )


def test_what_more_facts_agree_on_comes_before_a_lone_claim():
    seen = [
        observed({"http.realm": "TD-2708"}),
        observed({"http.title": "WEB SERVICE", "rtsp.realm": "Login to 3K04ABCPAJ00123"}, 554),
    ]
    vendors = [claim.value for claim in fingerprint(seen, None) if claim.name == "vendor"]
    assert vendors == ["Dahua", "TVT"]


def test_the_order_of_the_observations_does_not_matter():
    seen = [observed(facts, port) for port, (facts, _, _) in enumerate(CITY, 1)]
    assert fingerprint(seen, None) == fingerprint(seen[::-1], None)


def test_a_component_is_claimed_at_every_endpoint_that_names_it():
    seen = [observed({"http.server": "lighttpd/1.4.35"}, port) for port in (80, 8080)]
    assert [claim.endpoint.port for claim in fingerprint(seen, None) if claim.endpoint] == [80, 8080]


def test_each_of_several_texts_is_read():
    assert identified({"http.cookies": ("lang", "AIROS_44D9E7123456")})["vendor"] == "Ubiquiti"


def test_a_maker_of_modules_is_no_vendor():
    assert fingerprint([], "b8:27:eb:01:02:03") == ()  # Raspberry Pi Foundation


def test_a_mac_address_makes_a_vendor_no_more_than_inferred():
    (claim,) = fingerprint([], "ac:cc:8e:01:23:45")
    assert (claim.name, claim.value, claim.confidence, claim.fact) == (
        "vendor",
        "Axis",
        Confidence.INFERRED,
        MAC_VENDOR,
    )


def test_a_date_that_is_none_is_not_claimed():
    assert "firmware_date" not in identified({"upnp.model_number": "V5.4.5 build 171324"})


def test_a_value_is_cut_to_what_a_report_can_hold():
    claims = fingerprint([observed({"http.server": "Schneider-WEB/V2.1.4", "upnp.model_name": "A" + "b" * 4000})], None)
    assert all(len(claim.value) <= 128 for claim in claims)


GOOD = {
    "id": '"a"',
    "fact": '"http.title"',
    "pattern": "'^(?P<model>X[0-9]{2})$'",
    "model": '"{model}"',
    "confidence": '"likely"',
    "source": '"a manual"',
    "examples": '[{ text = "X12", model = "X12" }]',
}


def catalogue(**changes: str | None) -> str:
    table = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    return "[[fingerprint]]\n" + "\n".join(f"{key} = {value}" for key, value in table.items())


def test_reads_an_entry():
    (entry,) = parse_catalogue("x.toml", catalogue())
    assert (entry.id, entry.confidence, entry.source, entry.pattern.literal) == (
        "a",
        Confidence.LIKELY,
        "a manual",
        "x",
    )


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"colour": '"red"'}, "unknown key 'colour'"),
        ({"fact": '"http.colour"'}, "no fact is called 'http.colour'"),
        ({"pattern": "'('"}, "not a regular expression"),
        ({"pattern": "'^(?P<model>.*)$'"}, "no upper bound"),
        ({"source": None}, "no source"),
        ({"source": '""'}, "no source"),
        ({"examples": None}, "no examples"),
        ({"examples": "[]"}, "no examples"),
        ({"examples": '[{ text = "X12", colour = "red" }]'}, "unknown key 'colour'"),
        ({"examples": '[{ model = "X12" }]'}, "an example without text"),
        ({"confidence": '"sure"'}, "a confidence of 'sure'"),
        ({"confidence": None}, "a confidence of ''"),
        ({"model": '"{colour}"'}, "names the group 'colour'"),
        ({"model": "7"}, "model is not a text"),
        ({"kind": '"toaster"'}, "no kind is called 'toaster'"),
        ({"firmware_date": '"{model}"'}, "go together"),
        ({"firmware_date_format": '"%Y"'}, "go together"),
        ({"means_nothing": "true"}, "either claims something or"),
        ({"model": None}, "either claims something or"),
    ],
)
def test_an_entry_that_cannot_be_used_is_named(changes, complaint):
    with pytest.raises(FingerprintError, match=re.escape(complaint)) as raised:
        list(parse_catalogue("x.toml", catalogue(**changes)))
    assert str(raised.value).startswith("x.toml: a: ")


def test_an_entry_without_a_name_is_named_by_its_place():
    with pytest.raises(FingerprintError, match=r"x\.toml: entry 2: no id"):
        list(parse_catalogue("x.toml", catalogue() + "\n" + catalogue(id=None)))


@pytest.mark.parametrize("text", ["[[fingerprint]", "[other]\nx = 1", ""])
def test_a_file_that_is_no_catalogue_is_named(text):
    with pytest.raises(FingerprintError, match=r"^x\.toml: "):
        list(parse_catalogue("x.toml", text))


def test_kinds_and_claims_are_words_of_the_model():
    assert {entry.claims["kind"] for entry in ENTRIES if "kind" in entry.claims} <= set(KINDS)
    assert all(set(entry.claims) <= set(CLAIMS) for entry in ENTRIES)


@pytest.mark.parametrize(
    "source",
    ["a*", "a+?", "a{3,}", "(?:ab)+", "(?:a{1,9}){1,9}", r"(a)\1", r"\x41", "(?=a)", "(?<!a)b", "(?P=x)", "[a"],
)
def test_a_pattern_that_could_run_away_is_refused(source):
    with pytest.raises(PatternError):
        compile_pattern(source)


def test_a_pattern_with_too_many_ways_is_refused():
    with pytest.raises(PatternError, match="ways to try it"):
        compile_pattern(".{0,80}a.{0,80}b")
    compile_pattern("^x.{0,80}a.{0,80}b")


@pytest.mark.parametrize(
    ("source", "literal"),
    [
        (r"^lighttpd/(?P<v>\d++)", "lighttpd/"),
        (r"(?:abc)?de", "de"),
        (r"(?:abc|xyz)d", "d"),
        (r"abcd?e", "abc"),
        (r"(?P<m>DS-2[A-Z])", "ds-2"),
        (r"(?i)^Moxa\.Com\b", "moxa.com"),
        (r"ab|cd", ""),
        (r"Schr[eé]der x", "der x"),
        (r"é\d", ""),
    ],
)
def test_finds_the_text_that_every_match_holds(source, literal):
    assert compile_pattern(source).literal == literal


@OF_EACH_FACT
def test_every_example_holds_the_literal_of_its_pattern(fact):
    assert [name for name, entry, one in examples(fact) if entry.pattern.literal not in one.text.lower()] == []


def hostile() -> st.SearchStrategy[str]:
    """Pieces of what the patterns look for, over and over, up to 4 KiB: what makes a careless pattern run away."""
    pieces = st.sampled_from(
        [piece for entry in ENTRIES for piece in (entry.pattern.literal, entry.examples[0].text) if piece]
    )
    filler = st.sampled_from(["", " ", "a", "1", ".", "(", ",", "V1.", "A-", "; "])
    return st.builds(lambda piece, fill, times: ((piece + fill) * times)[:4096], pieces, filler, st.integers(1, 4096))


@settings(deadline=None)
@given(hostile())
def test_no_text_of_a_device_makes_a_pattern_run_away(text):
    assert all(claims is None or len(claims) <= len(CLAIMS) for claims in (entry.read(text) for entry in ENTRIES))


@settings(deadline=None)
@given(st.sampled_from(sorted(FACTS)), st.text(max_size=300))
def test_any_text_ends_in_claims(fact, text):
    claims = fingerprint([observed({fact: text})], None)
    assert all(claim.name in CLAIMS and claim.value for claim in claims)
