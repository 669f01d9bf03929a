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
