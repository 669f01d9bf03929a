"""A collection in the Recog XML format: every flag, interpolation, what is believed of it, and what its patterns may cost."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.errors import ConfigError
from inventory.model import Confidence, Endpoint, Observation
from scanner.config import load_settings
from scanner.doctor import examine
from scanner.fingerprint import fingerprint
from scanner.recog import Collection, load_recog

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HEAD = '<?xml version="1.0"?>\n<fingerprints matches="{}" protocol="x" database_type="service" preference="0.85">\n'


def collection(folder: Path, entries: str, matches: str = "http_header.server") -> Collection:
    (folder / "some.xml").write_text(HEAD.format(matches) + entries + "\n</fingerprints>")
    return load_recog(folder)


def entry(pattern: str, params: str = "", flags: str = "") -> str:
    return f'<fingerprint pattern="{pattern}" flags="{flags}"><description>An entry</description>{params}</fingerprint>'


def param(name: str, value: str = "", pos: int = 0) -> str:
    return f'<param pos="{pos}" name="{name}" value="{value}"/>'


def seen(**facts: str | tuple[str, ...]) -> Observation:
    named = {name.replace("__", "."): value for name, value in facts.items()}
    return Observation(Endpoint("192.0.2.1", 80), "http", named, b"", NOW)


def read(found: Collection, **facts: str | tuple[str, ...]) -> dict[str, str]:
    return {claim.name: claim.value for claim in found.claims(seen(**facts))}


def test_what_is_fixed_captured_and_put_together_becomes_claims(tmp_path):
    params = (
        param("hw.vendor", "Axis")
        + param("hw.device", "IP Camera")
        + param("hw.product", "{hw.model} Network Camera")
        + param("hw.model", pos=1)
        + param("os.version", pos=2)
        + param("hw.serial_number", pos=3)
        + param("hw.cpe23", "cpe:/h:axis:{hw.model}:-")
    )
    found = collection(tmp_path, entry(r"^AXIS (\w+) ([\d.]+) (\w+)$", params))
    assert read(found, http__server="AXIS P3245 9.80.3 ACCC8E012345") == {
        "vendor": "Axis",
        "model": "P3245 Network Camera",
        "kind": "camera",
        "firmware": "9.80.3",
        "serial": "ACCC8E012345",
        "cpe": "cpe:2.3:h:axis:P3245:-:*:*:*:*:*:*:*",
    }


@pytest.mark.parametrize(
    ("flags", "text", "matches"),
    [
        ("", "CAMERA one", False),
        ("REG_ICASE", "CAMERA one", True),
        ("", "camera\none", False),
        ("REG_DOT_NEWLINE", "camera\none", True),
        ("REG_LINE_ANY_CRLF", "camera\none", True),
        ("REG_MULTILINE", "camera\none", True),
        ("REG_MULTILINE,REG_ICASE", "Camera\nOne", True),
    ],
)
def test_each_flag_is_honoured(tmp_path, flags, text, matches):
    found = collection(tmp_path, entry("^camera.one$", param("hw.vendor", "Some"), flags))
    assert (read(found, http__server=text) == {"vendor": "Some"}) is matches


def test_a_line_within_the_text_begins_and_ends_as_in_ruby(tmp_path):
    found = collection(tmp_path, entry("^login:$", param("hw.vendor", "Some")), "telnet.banner")
    assert read(found, telnet__banner="Welcome\nlogin:\n") == {"vendor": "Some"}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^MikroTik v[0-9.]+(?:\\r|\\n)+Login:\\s*$", "MikroTik v5.2 Login:"),
        ("^Service \\r\\n\\n\\rlogin:$", "Service login:"),
        ("^(?:\\r|\\n|\\x00)*Model: (?:\\r|\\n|\\x00)+end", "Model: \nend"),
        ("^a\\n?b$", "ab"),
        ("^[^\\r\\n]+$", "one line"),
    ],
)
def test_the_end_of_a_line_matches_the_blank_that_a_fact_has_in_its_place(tmp_path, pattern, text):
    found = collection(tmp_path, entry(pattern, param("hw.vendor", "Some")), "telnet.banner")
    assert read(found, telnet__banner=text) == {"vendor": "Some"}


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("(?m)^one.two$", "one\ntwo", True),
        ("^one.two$", "one\ntwo", False),
        ("^(?i)CAMERA$", "camera", True),
        ("^(?i:CAM)ERA$", "camera", False),
        ("\\Acamera\\Z", "camera\n", True),
        ("\\Acamera\\z", "camera\n", False),
        ("^\\h+$", "00aF", True),
        ("^\\\\Z$", "\\Z", True),
        ("^\\d$", "\u0661", False),
    ],
)
def test_a_pattern_is_read_as_ruby_reads_it(tmp_path, pattern, text, matches):
    found = collection(tmp_path, entry(pattern, param("hw.vendor", "Some")), "telnet.banner")
    assert (read(found, telnet__banner=text) == {"vendor": "Some"}) is matches


def test_a_file_that_does_not_say_what_it_is_for_is_for_what_its_name_says(tmp_path):
    (tmp_path / "telnet_banners.xml").write_text(
        f'<fingerprints protocol="telnet">{entry("^Some", param("hw.vendor", "Some"))}</fingerprints>'
    )
    assert read(load_recog(tmp_path), telnet__banner="Some login:") == {"vendor": "Some"}


def test_what_is_put_together_from_what_is_put_together_is_whole(tmp_path):
    params = (
        param("hw.vendor", "{_tmp.maker}")
        + param("os.device", "Router")
        + param("os.product", "{hw.product} Firmware")
        + param("hw.product", "{hw.family} {hw.model}")
        + param("hw.family", "Box")
        + param("hw.model", pos=1)
        + param("_tmp.maker", "Some")
    )
    (values,) = [
        one.read("Box 7")
        for files in collection(tmp_path, entry(r"Box (\d)", params)).entries.values()
        for one in files[0]
    ]
    assert values == {
        "hw.vendor": "Some",
        "os.device": "Router",
        "os.product": "Box 7 Firmware",
        "hw.product": "Box 7",
        "hw.family": "Box",
        "hw.model": "7",
    }


def test_what_is_put_together_from_itself_is_no_value(tmp_path):
    found = collection(
        tmp_path, entry("Box", param("hw.product", "{hw.product} {hw.product}") + param("hw.vendor", "Some"))
    )
    assert read(found, http__server="Box") == {"vendor": "Some"}


def test_a_device_cannot_have_a_parameter_put_in(tmp_path):
    params = param("hw.model", pos=1) + param("hw.product", "Box {hw.model}") + param("hw.vendor", "Some")
    found = collection(tmp_path, entry(r"Box (.+)", params))
    assert read(found, http__server="Box {hw.vendor}")["model"] == "Box {hw.vendor}"


def test_an_entry_may_say_how_certain_it_is(tmp_path):
    doubtful = entry("Some", param("hw.vendor", "Some")).replace("<fingerprint ", '<fingerprint certainty="0.3" ')
    (claim,) = collection(tmp_path, doubtful).claims(seen(http__server="Some"))
    assert claim.confidence is Confidence.INFERRED


def test_an_example_in_base_64_is_read(tmp_path):
    with_example = entry("Some").replace(
        "</fingerprint>", '<example _encoding="base64" os.version="1">U29tZQ==</example></fingerprint>'
    )
    (files,) = collection(tmp_path, with_example).entries.values()
    assert files[0][0].examples == (("Some", {"os.version": "1"}),)


def test_the_first_entry_of_a_file_decides(tmp_path):
    found = collection(
        tmp_path, entry("Cam", param("hw.vendor", "First")) + entry("Camera", param("hw.vendor", "Second"))
    )
    assert read(found, http__server="Camera") == {"vendor": "First"}


def test_an_entry_that_asserts_nothing_keeps_the_later_ones_from_guessing(tmp_path):
    found = collection(tmp_path, entry("^Apache$") + entry("A", param("hw.vendor", "Second")))
    assert read(found, http__server="Apache") == {}


def test_a_version_that_was_not_captured_is_a_dash_in_a_cpe_and_nothing_elsewhere(tmp_path):
    params = (
        param("os.vendor", "Some")
        + param("os.device", "Router")
        + param("os.version", pos=1)
        + param("os.cpe23", "cpe:/o:some:os:{os.version}")
        + param("hw.product", "Box {os.version}")
    )
    found = collection(tmp_path, entry(r"^Some(?: v(\d))?$", params))
    assert read(found, http__server="Some") == {
        "vendor": "Some",
        "kind": "router",
        "cpe": "cpe:2.3:o:some:os:-:*:*:*:*:*:*:*",
    }


def test_it_is_likely_at_most_and_inferred_where_it_doubts(tmp_path):
    params = param("hw.vendor", "Some") + param("os.version", "7") + param("os.certainty", "0.4")
    claims = {
        claim.name: claim for claim in collection(tmp_path, entry("Some", params)).claims(seen(http__server="Some"))
    }
    assert (claims["vendor"].confidence, claims["firmware"].confidence) == (Confidence.LIKELY, Confidence.INFERRED)
    assert claims["vendor"].fingerprint == "recog: An entry"


def test_a_component_has_the_name_of_the_release_tables(tmp_path):
    params = param("service.product", "HTTPD") + param("service.version", pos=1)
    assert read(collection(tmp_path, entry(r"Apache/([\d.]+)", params)), http__server="Apache/2.2.15") == {
        "component": "apache-httpd 2.2.15"
    }


@pytest.mark.parametrize(
    ("matches", "pattern", "facts"),
    [
        ("ssh.banner", "^dropbear_2012.55 extra$", {"ssh__software": "dropbear_2012.55", "ssh__comment": "extra"}),
        (
            "http_header.wwwauth",
            "^Digest realm=&quot;DS-2CD&quot;$",
            {"http__realm": "DS-2CD", "http__auth": "basic,digest"},
        ),
        ("http_header.cookie", "^SID=", {"http__cookies": ("other", "SID")}),
        ("html_title", "^Camera$", {"http__title": "Camera"}),
        ("snmp.sys_description", "^Some$", {"snmp__sys_descr": "Some"}),
        (
            "snmp.sys_object_id",
            "^1\\.3\\.6\\.1 Some",
            {"snmp__sys_object_id": "1.3.6.1", "snmp__sys_descr": "Some words"},
        ),
        ("snmp.sys_object_id", "^1\\.3\\.6\\.1$", {"snmp__sys_object_id": "1.3.6.1"}),
        ("favicon.md5", "^d41d8cd9", {"favicon__md5": "d41d8cd98f00b204e9800998ecf8427e"}),
        ("dhcp_vendor_class", "^AXIS,", {"dhcp__vendor_class": "AXIS,Network Camera,P3343,5.20.3"}),
        ("x509.subject", "^CN=RUT240$", {"tls__subject": "CN=RUT240"}),
    ],
)
def test_each_file_is_matched_against_its_own_fact(tmp_path, matches, pattern, facts):
    assert read(collection(tmp_path, entry(pattern, param("hw.vendor", "Some")), matches), **facts) == {
        "vendor": "Some"
    }


def test_a_file_of_a_protocol_that_is_not_asked_here_is_left_out(tmp_path):
    assert len(collection(tmp_path, entry("x"), "nntp.banner")) == 0


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (entry("("), "not a regular expression"),
        (entry(""), "no pattern"),
        (entry("x", flags="REG_STRANGE"), "'REG_STRANGE' is none of Recog's"),
        (entry("x", param("hw.vendor", pos=1)), "of group 1, and the pattern has 0"),
        (entry("x", '<param name="hw.vendor"/>'), "without a name or a position"),
    ],
)
def test_an_entry_that_cannot_be_used_is_named_and_the_others_stay(tmp_path, broken, why):
    found = collection(tmp_path, broken + entry("Some", param("hw.vendor", "Some")))
    assert [why in sentence and "some.xml line" in sentence for sentence in found.unusable] == [True]
    assert read(found, http__server="Some") == {"vendor": "Some"}


def test_a_pattern_that_runs_away_is_stopped_and_the_next_one_is_asked(tmp_path):
    found = collection(tmp_path, entry("^(a+)+$", param("hw.vendor", "Never")) + entry("!", param("hw.vendor", "Some")))
    assert read(found, http__server="a" * 200 + "!") == {"vendor": "Some"}


def test_a_device_cannot_write_a_line_or_a_colour_through_it(tmp_path):
    found = collection(tmp_path, entry("(?s)Some (.*)", param("hw.product", pos=1)))
    assert read(found, http__server="Some \x1b[31mred\nline") == {"model": "\\x1b[31mred line"}


def test_its_claims_stand_below_what_a_device_states(tmp_path):
    found = collection(tmp_path, entry(".", param("hw.vendor", "Guessed")), "snmp.sys_description")
    observation = seen(snmp__sys_descr="x", modbus__vendor="Schneider Electric")
    (first, *rest) = [claim for claim in fingerprint([observation], None, found) if claim.name == "vendor"]
    assert first.value == "Schneider Electric"
    assert [claim.value for claim in rest] == ["Guessed"]


@pytest.mark.parametrize(
    "text", ["<fingerprints", "", "<!DOCTYPE x [<!ENTITY a 'b'>]><fingerprints matches='ftp.banner'>&a;"]
)
def test_xml_that_is_none_is_refused_with_its_name(tmp_path, text):
    (tmp_path / "broken.xml").write_text(text)
    with pytest.raises(ConfigError, match=r"broken\.xml is no XML"):
        load_recog(tmp_path)


def test_a_folder_without_files_or_no_folder_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"no \.xml file"):
        load_recog(tmp_path)
    with pytest.raises(ConfigError, match="is not a folder"):
        load_recog(tmp_path / "missing")


def test_recogs_own_tree_is_understood(tmp_path):
    (tmp_path / "xml").mkdir()
    collection(tmp_path / "xml", entry("x"))
    assert len(load_recog(tmp_path)) == 1


def test_the_configuration_names_the_folder_beside_it(tmp_path):
    (tmp_path / "tocsin.toml").write_text('[intel]\nrecog = "others"\n')
    assert load_settings(tmp_path / "tocsin.toml").recog == tmp_path / "others"


def test_the_doctor_says_how_many_can_be_used(tmp_path):
    collection(tmp_path, entry("(") + entry("x"))
    ability = examine(tmp_path / "tocsin.db", tmp_path)[-1]
    assert ability.able
    assert ability.detail.startswith(f"1 in {tmp_path}; 1 cannot be used, such as some.xml line ")
    assert not examine(tmp_path / "tocsin.db", tmp_path / "missing")[-1].able


@given(st.text(max_size=300))
def test_no_text_breaks_it(text):
    pytest.importorskip("regex")
    found = _SOME.get()
    assert all(claim.value for claim in found.claims(seen(http__server=text)))


class _SOME:
    made: Collection | None = None

    @classmethod
    def get(cls) -> Collection:
        if cls.made is None:
            import tempfile

            with tempfile.TemporaryDirectory() as folder:
                params = param("hw.product", pos=1) + param("os.version", pos=2) + param("os.device", "Router")
                cls.made = collection(Path(folder), entry(r"(\S+)(?: (.*))?", params))
        return cls.made
