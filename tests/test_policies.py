"""The operator's policy.toml: what it says, and what it cannot say."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.policy import Policy, Vantage, built_in, shipped_text
from checks.policy_deviation import policy_deviation
from inventory.errors import ConfigError
from inventory.model import Severity
from scanner.config import Settings, Site, load_settings
from scanner.jobs import Request, build
from scanner.policies import policy_of, read_policy, service_words
from scanner.rescoring import rescore
from tests.riverside import CAMERA, REPORT
from tests.test_rescoring import TODAY, intelligence

HARBOUR = Site("harbour", (ip_network("10.20.0.0/22"),), department="Port", approved_by="CISO")
QUAY = Site("quay", (ip_network("10.20.1.0/24"),))
SETTINGS = Settings(sites=(HARBOUR, QUAY), path=Path("tocsin.toml"))
WHOLE = """\
[[vantage]]
name = "guest-wifi"
exposure = "open"
about = "Guests of the libraries"
[[vantage]]
name = "video-centre"
[[rule]]
kind = "camera"
speak = ["web", "video", "snmp"]
ports = ["tcp/8000", "tcp/49152-49999"]
min_tls = "1.2"
talk = ["discovery", "sadp"]
reach = ["video-centre"]
severity = "medium"
[[rule]]
kind = "any"
site = "harbour"
department = "Port"
min_tls = "1.3"
"""


@pytest.fixture
def read(tmp_path):
    def read(text: str, settings: Settings = SETTINGS) -> Policy:
        path = tmp_path / "policy.toml"
        path.write_text(text)
        return read_policy(path, settings)

    return read


@pytest.fixture
def refused(read, tmp_path):
    def refused(text: str, settings: Settings = SETTINGS) -> str:
        with pytest.raises(ConfigError) as error:
            read(text, settings)
        told = str(error.value)
        assert told.startswith(f"{tmp_path / 'policy.toml'} line ")
        return told.removeprefix(f"{tmp_path / 'policy.toml'} ")

    return refused


def rule(lines: str) -> str:
    return f'[[rule]]\nkind = "camera"\n{lines}\n'


def test_a_whole_file_is_read(read):
    policy = read(WHOLE)
    assert policy.vantages == (
        Vantage("guest-wifi", "open", "Guests of the libraries"),
        Vantage("video-centre", "controlled"),
    )
    camera, any_kind = policy.rules
    assert camera.speak == {"http", "tls", "rtsp", "onvif", "snmp"}
    assert camera.ports == {"tcp/8000", "tcp/49152-49999"}
    assert camera.talk == {"mdns", "ssdp", "wsdiscovery", "sadp"}
    assert (camera.min_tls, camera.reach, camera.severity) == ("1.2", ("video-centre",), Severity.MEDIUM)
    assert camera.place == "policy.toml line 7"
    assert (any_kind.kind, any_kind.site, any_kind.department, any_kind.speak) == ("", "harbour", "Port", None)
    assert any_kind.place == "policy.toml line 15"


def test_what_the_file_does_not_say_is_as_it_is_shipped(read):
    policy = read(rule('min_tls = "1.3"'))
    shipped = built_in().rule_of("camera")
    held = policy.rule_of("camera")
    assert shipped is not None
    assert held is not None
    assert (held.speak, held.talk, held.min_tls) == (shipped.speak, shipped.talk, "1.3")
    assert (held.where("speak"), held.where("min_tls")) == ("the built-in policy", "policy.toml line 1")


def test_the_shipped_policy_is_a_file_that_an_operator_could_write(read):
    policy = read(shipped_text(), Settings())
    assert [replace(one, place="") for one in policy.rules] == [replace(one, place="") for one in built_in().shipped]


def test_an_empty_file_is_the_shipped_policy_under_another_name(read):
    policy = read("")
    assert (policy.rules, policy.shipped) == ((), built_in().shipped)
    assert policy.title == f"policy.toml {sha256(b'').hexdigest()[:12]}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[rules]]\n", "line 1: the top of the file has no key 'rules'; did you mean 'rule'?"),
        (rule("speek = []"), "line 3: [[rule]] has no key 'speek'; did you mean 'speak'?"),
        ('[[rule]]\nspeak = ["http"]\n', "line 1: [[rule]] needs a kind"),
        ('[[rule]]\nkind = "camra"\nspeak = []\n', "line 2: there is no kind 'camra'; did you mean 'camera'?"),
        (rule(""), "line 1: the rule for 'camera' says nothing: give it one of speak, ports"),
        (rule('speak = "web"'), "line 3: speak must be a list of protocols"),
        (rule("speak = [80]"), "line 3: speak must be a list of protocols"),
        (rule('speak = [\n"web",\n"htpp"]'), "line 5: in speak, there is no protocol or group 'htpp'; did you mean"),
        (rule('speak = ["greeting"]'), "line 3: in speak, there is no protocol or group 'greeting'"),
        (rule('speak = ["web", "web"]'), "line 3: in speak, 'web' stands twice"),
        (rule('speak = ["ssdp"]'), "line 3: in speak, 'ssdp' is announcement and search: write it in talk"),
        (rule('speak = ["discovery"]'), "line 3: in speak, 'discovery' is announcement and search: write it in talk"),
        (rule('talk = ["http"]'), "line 3: in talk, 'http' is a service: write it in speak"),
        (rule('talk = ["mdsn"]'), "line 3: in talk, there is no protocol or group 'mdsn'; did you mean 'mdns'?"),
        (rule("ports = [8000]"), 'line 3: ports must be a list of ports such as "tcp/8000"'),
        (rule('ports = ["8000"]'), "line 3: in ports, '8000' is none: a port is written tcp/8000 or udp/5000-5010"),
        (rule('ports = ["tcp/0"]'), "line 3: in ports, 'tcp/0' is none"),
        (rule('ports = ["tcp/70000"]'), "line 3: in ports, 'tcp/70000' is none: ports go from 1 to 65535"),
        (rule('ports = ["udp/9-5"]'), "line 3: in ports, 'udp/9-5' is none: a range goes from its lower port"),
        (rule('ports = ["tcp/80", "tcp/80"]'), "line 3: in ports, 'tcp/80' stands twice"),
        (rule("min_tls = 1.2"), "line 3: min_tls must be text in quotes"),
        (rule('min_tls = "TLS 1.2"'), "line 3: min_tls is one of 1.0, 1.1, 1.2, 1.3, any, not 'TLS 1.2'"),
        (rule('min_tls = ""'), "line 3: min_tls is one of"),
        (rule('severity = "critical"'), "line 3: severity is one of info, low, medium, high, not 'critical'"),
        (rule('reach = ["plant"]'), "line 3: in reach, there is no vantage 'plant'; a [[vantage]] with that name is"),
        (rule("reach = []"), "line 3: reach names no vantage; leave it out where it may be reached from everywhere"),
        (rule('site = "harbor"\nspeak = []'), "line 3: there is no site 'harbor' in tocsin.toml; did you mean 'harb"),
        (rule('site = ""\nspeak = []'), "line 3: [[rule]] needs a site"),
        (rule('department = "Prt"\nspeak = []'), "line 3: there is no department 'Prt' in tocsin.toml; did you mean"),
        (
            '[[vantage]]\nname = "a"\nexposure = "opn"\n',
            "line 3: exposure is one of small, controlled, open, not 'opn'",
        ),
        ('[[vantage]]\nexposure = "open"\n', "line 1: [[vantage]] needs a name"),
        ('[[vantage]]\nname = "a"\nwho = "b"\n', "line 3: [[vantage]] has no key 'who'"),
        ("rule = 1\n", "line 1: each rule must be a table of its own, headed [[rule]]"),
        ('[[rule]\nkind = "camera"\n', "line 1: "),
    ],
)
def test_what_cannot_be_followed_is_named_with_its_line_and_what_was_meant(refused, text, told):
    assert refused(text).startswith(told)


def test_a_vantage_that_is_misspelt_is_told_which_was_meant(refused):
    text = '[[vantage]]\nname = "guest-wifi"\n' + rule('reach = ["guest-wfi"]')
    assert refused(text) == "line 5: in reach, there is no vantage 'guest-wfi'; did you mean 'guest-wifi'?"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            rule("speak = []") + rule('min_tls = "1.2"'),
            "line 4: the rule for 'camera' stands twice: it is also in line 1; make one of the two",
        ),
        (
            rule('site = "harbour"\nspeak = []') * 2,
            "line 5: the rule for 'camera' at the site 'harbour' stands twice: it is also in line 1",
        ),
        (
            '[[vantage]]\nname = "plant"\n[[vantage]]\nname = "plant"\n',
            "line 3: the vantage 'plant' stands twice: it is also in line 1",
        ),
    ],
)
def test_what_stands_twice_is_named_with_both_lines(refused, text, told):
    assert refused(text).startswith(told)


def test_rules_of_one_kind_for_two_places_are_no_doubles(read):
    text = rule("speak = []") + rule('site = "quay"\nspeak = []') + rule('department = "Port"\nspeak = []')
    assert len(read(text).rules) == 3


@pytest.mark.parametrize(
    ("site", "told"),
    [
        ("harbour", "the site 'harbour' belongs to 'Port', not to 'Parks'"),
        ("quay", "the site 'quay' belongs to no dep"),
    ],
)
def test_a_rule_that_can_never_hold_is_refused(refused, site, told):
    settings = replace(SETTINGS, sites=(*SETTINGS.sites, replace(QUAY, name="park", department="Parks")))
    text = rule(f'site = "{site}"\ndepartment = "Parks"\nspeak = []')
    assert refused(text, settings).startswith(f"line 4: the rule can never hold: {told}")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot read .*none\.toml: No such file"):
        read_policy(tmp_path / "none.toml", SETTINGS)


@given(st.text(max_size=60))
def test_whatever_stands_in_a_list_is_a_word_or_an_error_with_its_line(tmp_path_factory, word):
    path = tmp_path_factory.mktemp("policy") / "policy.toml"
    quoted = "".join(f"\\U{ord(character):08X}" for character in word if not 0xD800 <= ord(character) < 0xE000)
    path.write_text(rule(f'speak = ["{quoted}"]'))
    try:
        read_policy(path, SETTINGS)
    except ConfigError as error:
        assert " line 3: " in str(error)  # noqa: PT017 - not every word is an error
    else:
        assert word


def test_every_protocol_that_a_scan_speaks_has_a_word_or_counts_as_another():
    assert {"http", "snmp", "enip", "ssdp", "lldp"} <= service_words()
    assert not {"favicon", "entity", "enip_tcp", "greeting", "arp"} & service_words()


def test_the_policy_in_force_is_the_command_lines_else_that_of_tocsin_toml_else_what_is_shipped(tmp_path):
    named, given_ = tmp_path / "city.toml", tmp_path / "draft.toml"
    for path in (named, given_):
        path.write_text("")
    settings = replace(SETTINGS, policy=named)
    assert policy_of(settings, given_).name == "draft.toml"
    assert policy_of(settings).name == "city.toml"
    assert policy_of(SETTINGS).name == "built in"


def test_the_policy_in_force_knows_whose_an_address_is(tmp_path):
    policy = policy_of(SETTINGS)
    assert [policy.site_of(at) for at in ("10.20.0.1", "10.20.1.1", "10.99.0.1")] == ["harbour", "quay", ""]
    assert policy.department_of("10.20.0.1") == "Port"
    assert (policy.site_of("aa:bb:cc:dd:ee:ff"), policy.department_of("aa:bb:cc:dd:ee:ff")) == ("", "")


def test_tocsin_toml_names_the_policy_beside_itself(tmp_path):
    path = tmp_path / "tocsin.toml"
    path.write_text('[policy]\nfile = "rules/policy.toml"\n')
    assert load_settings(path).policy == tmp_path / "rules/policy.toml"
    path.write_text('[policy]\nfiel = "policy.toml"\n')
    with pytest.raises(ConfigError, match=r"line 2: \[policy\] has no key 'fiel'; did you mean 'file'\?"):
        load_settings(path)


def test_a_scan_is_judged_by_the_policy_and_says_which(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(rule("speak = []"))
    job = build(
        Request(site="harbour"), SETTINGS, datetime(2026, 11, 21, tzinfo=UTC), None, read_policy(path, SETTINGS)
    )
    assert job.scan.policy == f"policy.toml {sha256(path.read_bytes()).hexdigest()[:12]}"
    (check,) = [check for check in job.checks if check.id == "policy-deviation"]
    assert check.judge is not policy_deviation.judge
    shipped = build(Request(site="harbour"), SETTINGS, datetime(2026, 11, 21, tzinfo=UTC))
    assert shipped.scan.policy == built_in().title
    assert shipped.plan != job.plan


def test_a_stored_scan_is_judged_anew_by_the_policy_too(read):
    policy = read(rule("speak = []"))
    again = rescore(REPORT, intelligence(TODAY), TODAY, policy=policy)
    (camera,) = [one for one in again.assessments if one.device.identity == CAMERA.device.identity]
    told = {finding.title for finding in camera.findings if finding.check == "policy-deviation"}
    assert "Against the policy: http" in told
    assert again.scan.policy == policy.title
    assert any(f"the policy {policy.title}" in note for note in again.scan.notes)
