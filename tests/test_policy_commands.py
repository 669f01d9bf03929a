"""`tocsin policy`: learn, check and show."""

import json
import tomllib
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.contract import Act
from checks.deviations import deviations
from checks.policy import built_in
from inventory.errors import ConfigError
from inventory.findings import Outcome
from inventory.model import KINDS, Claim, Confidence, Device, Endpoint, Gap, Observation, Status
from inventory.report import Report
from inventory.store import Store
from scanner.cli import tocsin
from scanner.config import Settings
from scanner.exits import Exit
from scanner.newest import newest
from scanner.policies import read_policy, service_words
from scanner.policy_draft import draft
from tests.golden_files import assert_golden
from tests.riverside import CAMERA, HOSTILE, NOON, OPEN_TELNET, REPORT, SCAN


def seen(address: str, protocol: str, port: int, transport: str = "tcp", **facts: object) -> Observation:
    told = {f"{protocol}.{name}": value for name, value in facts.items()}
    return Observation(Endpoint(address, port, transport), protocol, told, b"", NOON)  # type: ignore[arg-type]


def device(address: str, kind: str, *heard: Observation, vendor: str = "", **more: object) -> Device:
    claims = tuple(
        Claim(name, value, Confidence.CONFIRMED, "test")
        for name, value in (("kind", kind), ("vendor", vendor))
        if value
    )
    return replace(Device(f"ip:{address}", (address,), observations=heard, claims=claims), **more)  # type: ignore[arg-type]


def cameras() -> list[Device]:
    """Five cameras, one with Telnet and old TLS, and one with a port that says nothing; a sign; a thing; and a tarpit."""
    found = [
        device(
            f"10.77.0.{number}",
            "camera",
            seen(f"10.77.0.{number}", "http", 443),
            seen(f"10.77.0.{number}", "tls", 443, versions=("TLSv1.2", "TLSv1.3")),
            seen(f"10.77.0.{number}", "rtsp", 554),
            seen(f"10.77.0.{number}", "mdns", 5353, "udp"),
            vendor="Axis",
        )
        for number in (1, 2, 3)
    ]
    odd = (
        seen("10.77.0.4", "telnet", 23),
        seen("10.77.0.4", "ssh", 2222),
        seen("10.77.0.4", "tls", 443, versions=("TLSv1.0", "TLSv1.2")),
    )
    found.append(device("10.77.0.4", "camera", *odd, vendor=HOSTILE + '"""' + "'''"))
    found.append(
        device("10.77.0.5", "camera", seen("10.77.0.5", "http", 80), open_ports=(Endpoint("10.77.0.5", 37777),))
    )
    found.append(device("10.77.0.6", "message-sign", seen("10.77.0.6", "sip", 5060, "udp")))
    found.append(device("10.77.0.7", "", seen("10.77.0.7", "telnet", 23)))
    found.append(device("10.77.0.8", "plc", seen("10.77.0.8", "modbus", 502), untrusted="it opens every port"))
    gap = Gap(Endpoint("10.77.0.9", 8123), "http", "the packets were used up")
    found.append(device("10.77.0.9", "kiosk", gaps=(gap,), open_ports=(Endpoint("10.77.0.9", 8123),)))
    return found


def report_of(*devices: Device, scan=SCAN) -> Report:
    found = tuple(replace(CAMERA, device=one, outcomes=(), quarantine=None) for one in devices)
    return replace(REPORT, scan=scan, assessments=found, fleet=())


def keep(store: Store, report: Report) -> None:
    store.begin(report.scan, "plan")
    for assessment in report.assessments:
        store.save(report.scan.id, assessment)
    store.finish(report.scan.id, report.scan, report.fleet, report.coverage)


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path, monkeypatch):
    """No test reads or writes the operator's own files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("TOCSIN_STORE", "TOCSIN_AUDIT", "TOCSIN_CONFIG", "TOCSIN_INTEL", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def kept(tmp_path):
    """An inventory with one scan of the cameras."""
    path = tmp_path / "tocsin.db"
    with Store.open(path) as store:
        keep(store, report_of(*cameras()))
    return path


@pytest.fixture
def tell(kept):
    """`tell("check")` is how `tocsin policy check` ended and what it said."""

    def tell(*arguments: str) -> tuple[int, str]:
        ended = CliRunner().invoke(tocsin, ["--store", str(kept), "policy", *arguments], standalone_mode=False)
        if ended.exception is not None:
            raise ended.exception
        return int(ended.return_value or 0), ended.output

    return tell


def test_the_draft_says_how_many_do_what_and_who_is_alone_with_it(tell):
    code, text = tell("learn")
    assert code == Exit.CLEAN
    assert_golden("policy-draft.toml", text)


def test_what_a_policy_would_report_is_a_table_with_the_rule(tell):
    code, text = tell("check")
    assert code == Exit.FINDINGS
    assert_golden("policy-check.txt", text.replace(built_in().hash[:12], "0123456789ab"))


def test_a_draft_that_was_learnt_reports_nothing_but_what_it_leaves_to_a_person(tell, tmp_path):
    code, told = tell("learn", "-o", "draft.toml")
    assert (code, told.startswith("draft.toml is written.")) == (Exit.CLEAN, True)
    assert (tmp_path / "draft.toml").stat().st_mode & 0o777 == 0o600
    code, told = tell("check", "draft.toml")
    assert code == Exit.FINDINGS
    assert "3 deviations from the policy draft.toml " in told  # Telnet, the maker's own port, and old TLS
    assert "2 devices without: of a kind that is not known, or proving nothing" in told
    assert "1 open port could not be examined, and cannot be judged" in told


def test_nothing_is_written_over_a_file_that_is_there(tell, tmp_path):
    (tmp_path / "policy.toml").write_text("ours")
    with pytest.raises(ConfigError, match=r"policy\.toml is there already, and nothing is written over it"):
        tell("learn", "-o", "policy.toml")
    assert (tmp_path / "policy.toml").read_text() == "ours"


def test_a_dangling_link_is_no_way_to_write_elsewhere(tell, tmp_path):
    (tmp_path / "policy.toml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match=r"cannot write policy\.toml: File exists"):
        tell("learn", "-o", "policy.toml")
    assert not (tmp_path / "elsewhere").exists()


def test_a_draft_of_one_scan_is_learnt_by_its_id(tell):
    _, text = tell("learn", "--scan", SCAN.id)
    assert f"in scan {SCAN.id}." in text


def test_a_city_that_was_never_scanned_has_nothing_to_learn_or_check(tmp_path, kept, tell):
    Store.open(tmp_path / "empty.db").close()
    for command in ("learn", "check"):
        ended = CliRunner().invoke(
            tocsin, ["--store", str(tmp_path / "empty.db"), "policy", command], standalone_mode=False
        )
        assert isinstance(ended.exception, ConfigError)
        assert "there is nothing to" in str(ended.exception)


def test_what_holds_for_a_kind_is_shown_with_where_each_word_stands(tell, tmp_path):
    (tmp_path / "tocsin.toml").write_text(
        '[policy]\nfile = "policy.toml"\n[[site]]\nname = "harbour"\nnetworks = ["10.77.0.0/24"]\ndepartment = "Port"\n'
    )
    (tmp_path / "policy.toml").write_text(
        '[[vantage]]\nname = "plant"\n[[rule]]\nkind = "camera"\nports = ["tcp/8000"]\n[[rule]]\nkind = "any"\ndepartment = "Port"\nreach = ["plant"]\n'
    )
    _, text = tell("show", "camera", "--site", "harbour")
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in text.splitlines() if line}
    assert lines["speak"] == "web, video, snmp the built-in policy"
    assert lines["ports"] == "tcp/8000 policy.toml line 3"
    assert lines["reach"] == "plant policy.toml line 6"
    assert "from anywhere" in tell("show", "camera")[1]


def test_every_kind_is_shown_where_none_is_named(tell):
    _, text = tell("show")
    assert all(any(line.startswith(f"{kind} ") for line in text.splitlines()) for kind in KINDS)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "camra"), "there is no kind 'camra'; did you mean 'camera'?"),
        (("show", "camera", "--site", "x"), "there is no site 'x'"),
        (("show", "camera", "--department", "x"), "there is no department 'x'"),
        (("check", "none.toml"), "cannot read none.toml"),
        (("learn", "-o", "no/policy.toml"), "cannot write no/policy.toml"),
    ],
)
def test_what_is_asked_for_and_is_not_there_is_said(tell, arguments, told):
    with pytest.raises(ConfigError) as error:
        tell(*arguments)
    assert told in str(error.value)


def call(kept, *arguments: str) -> Result:
    return CliRunner().invoke(tocsin, ["--store", str(kept), *arguments], standalone_mode=False)


def test_a_scan_is_refused_where_its_policy_cannot_be_followed(kept, tmp_path):
    (tmp_path / "city.toml").write_text('[[rule]]\nkind = "camra"\nspeak = []\n')
    ended = call(kept, "scan", "127.0.0.1", "--authorised-by", "test", "--plan", "--policy", "city.toml")
    assert str(ended.exception) == "city.toml line 2: there is no kind 'camra'; did you mean 'camera'?"


def test_a_stored_scan_is_judged_anew_by_the_policy_that_is_named(kept, tmp_path):
    (tmp_path / "city.toml").write_text('[[rule]]\nkind = "camera"\nspeak = []\n')
    ended = call(kept, "report", "--rescore", "--policy", "city.toml", "-o", "report.json")
    assert ended.exception is None
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["scan"]["policy"].startswith("city.toml ")
    told = [f["detail"] for d in report["devices"] for f in d["findings"] if f["check"] == "policy-deviation"]
    assert "Speaks rtsp; city.toml line 1 allows devices of the kind camera nothing." in told


def test_a_policy_without_rescore_is_refused(kept):
    ended = call(kept, "report", "--policy", "city.toml")
    assert str(ended.exception) == "--policy changes how a stored scan is judged, which only --rescore does"


def test_of_each_network_the_newest_scan_counts_and_each_device_once(tmp_path):
    first, second = cameras()[:2]
    cleaned = replace(first, observations=first.observations[:1])
    later = NOON + timedelta(days=1)
    with Store.open(tmp_path / "tocsin.db") as store:
        keep(store, report_of(first, second, scan=replace(SCAN, networks=("10.77.0.0/24", "10.78.0.0/24"))))
        keep(
            store,
            report_of(cleaned, scan=replace(SCAN, id="later", started=later, ended=later, networks=("10.77.0.0/24",))),
        )
        keep(
            store,
            report_of(
                second, first, scan=replace(SCAN, id="heard", started=later, engine="listen", networks=("eth0",))
            ),
        )
        found = newest(store)
    assert [scan.id for scan in found.scans] == ["later", SCAN.id, "heard"]
    assert [one.device for one in found.assessments] == [cleaned, second]


def test_a_look_from_where_little_is_seen_hides_nothing_of_what_another_place_saw(tmp_path):
    first, second = cameras()[:2]
    little = replace(first, observations=(), open_ports=first.open_ports[:1])
    later = NOON + timedelta(days=1)
    with Store.open(tmp_path / "tocsin.db") as store:
        keep(store, report_of(first, second, scan=replace(SCAN, vantage="office")))
        guests = replace(SCAN, id="guests", started=later, ended=later, vantage="guest-wifi")
        keep(store, report_of(little, scan=guests))
        found = newest(store)
        assert [one.device for one in newest(store, "guests").assessments] == [little]
    assert [scan.id for scan in found.scans] == ["guests", SCAN.id]
    assert [one.device for one in found.assessments] == [first, second]


PROTOCOLS = sorted(service_words() | {"favicon", "greeting", "arp", "http_heard", "nobody-knows-this"})
VERSIONS = ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3", "DTLSv1.0", "DTLSv1.2", "junk")
OBSERVATIONS = st.builds(
    lambda protocol, port, transport, versions: replace(
        seen("192.0.2.1", protocol, port, transport), facts={"tls.versions": versions}
    ),
    st.sampled_from(PROTOCOLS),
    st.sampled_from([0, 22, 80, 443, 1883, 5353, 8000, 65535]),
    st.sampled_from(["tcp", "udp"]),
    st.lists(st.sampled_from(VERSIONS), max_size=3).map(tuple),
)
OPEN = st.builds(Endpoint, st.just("192.0.2.1"), st.integers(1, 65535), st.sampled_from(["tcp", "udp"]))
DEVICES = st.builds(
    lambda number, kind, heard, opened, name, untrusted: device(
        f"192.0.2.{number}", kind, *heard, vendor=name, open_ports=tuple(opened), untrusted=untrusted
    ),
    st.integers(1, 254),
    st.sampled_from(["", "camera", "plc", "server", "no-such-kind"]),
    st.lists(OBSERVATIONS, max_size=6),
    st.lists(OPEN, max_size=4),
    st.text(max_size=80),
    st.sampled_from(["", "it opens every port"]),
)


@settings(max_examples=60)
@given(st.lists(DEVICES, max_size=6))
def test_whatever_was_seen_its_draft_with_all_marks_taken_away_is_a_policy_from_which_old_tls_alone_deviates(
    tmp_path_factory, devices
):
    path = tmp_path_factory.getbasetemp() / "learnt.toml"
    path.write_text(draft(devices, "scan " + HOSTILE).replace('    # "', '    "'), encoding="utf-8")
    policy = read_policy(path, Settings())
    for one in devices:
        if not one.untrusted:
            assert [deviation for deviation in deviations(one, policy) if deviation.act is not Act.ENCRYPT] == []


@given(st.text(max_size=120))
def test_no_name_of_a_device_becomes_more_than_a_comment(name):
    both = seen("192.0.2.1", "telnet", 23), seen("192.0.2.1", "ssh", 22)
    text = draft([device("192.0.2.1", "camera", *both, vendor=name)] * 2, "scan 1")
    assert tomllib.loads(text) == {"rule": [{"kind": "camera", "speak": ["ssh"]}]}


def test_a_draft_allows_nothing_that_a_check_reports_unless_it_is_usual_for_the_kind():
    camera = device("192.0.2.1", "camera", seen("192.0.2.1", "ssh", 22), seen("192.0.2.1", "telnet", 23))
    plc = device("192.0.2.2", "plc", seen("192.0.2.2", "modbus", 502), seen("192.0.2.2", "rdp", 3389))
    router = device("192.0.2.3", "router", seen("192.0.2.3", "dns", 53, "udp"), seen("192.0.2.3", "ssh", 22))
    told = {
        ("ip:192.0.2.1", "tcp", 23): frozenset({"cleartext-administration"}),
        ("ip:192.0.2.2", "tcp", 502): frozenset({"unauthenticated-control"}),
        ("ip:192.0.2.3", "udp", 53): frozenset({"open-relay"}),
    }
    text = draft([camera, plc, router], "scan 1", told)
    allowed = {rule["kind"]: rule["speak"] for rule in tomllib.loads(text)["rule"]}
    assert allowed == {"camera": ["ssh"], "plc": ["modbus"], "router": ["ssh"]}
    assert '    # "telnet",  # 1 of 1, not in the built-in policy, reported by cleartext-administration' in text
    assert '    "modbus",  # 1 of 1, reported by unauthenticated-control' in text
    assert '    # "rdp",  # 1 of 1, not in the built-in policy, a matter of remote-desktop' in text
    assert '    # "dns",  # 1 of 1, reported by open-relay' in text


def test_what_the_checks_of_a_scan_reported_of_its_services_is_in_its_draft(kept, tell, tmp_path):
    telnet = replace(OPEN_TELNET, endpoint=Endpoint("10.77.0.10", 2323))
    heard = device("10.77.0.10", "camera", seen("10.77.0.10", "ssh", 2323))
    one = replace(CAMERA, device=heard, outcomes=(Outcome(telnet.check, Status.FOUND, "", (telnet,)),), quarantine=None)
    with Store.open(tmp_path / "other.db") as store:
        keep(store, replace(REPORT, assessments=(one,), fleet=()))
    ended = CliRunner().invoke(tocsin, ["--store", str(tmp_path / "other.db"), "policy", "learn"])
    assert '    # "ssh",  # 1 of 1, not in the built-in policy, reported by cleartext-administration' in ended.output


def test_no_draft_allows_less_than_tls_1_2():
    old = device("192.0.2.1", "camera", seen("192.0.2.1", "tls", 443, versions=("TLSv1.0", "TLSv1.1")))
    assert tomllib.loads(draft([old], "scan 1"))["rule"][0]["min_tls"] == "1.2"
