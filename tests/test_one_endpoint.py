"""`tocsin tls`: which endpoint is meant, what is shown of it, and how it ends where there is no TLS."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from inventory.ages import FirmwareAge
from inventory.errors import ConfigError
from inventory.findings import Finding, Outcome, Score
from inventory.model import Claim, Confidence, Device, Endpoint, FactValue, Family, Gap, Observation, Severity, Status
from inventory.quarantine import Quarantine
from inventory.report import Assessment, Traffic
from inventory.store import Store
from scanner import cli
from scanner.exits import Exit
from scanner.one_endpoint import parse_endpoint
from scanner.terminal import printed
from scanner.tls_page import page
from tests.golden_files import assert_golden
from tests.riverside import HOSTILE

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WHERE = Endpoint("10.77.0.10", 8443)
SHA256 = "3f" * 32
FACTS: dict[str, FactValue] = {
    "tls.depth": "full",
    "tls.hellos": 57,
    "tls.versions": ("SSLv3", "TLSv1.0", "TLSv1.2"),
    "tls.suites": ("SSLv3 0x000a", "TLSv1.0 0x002f", "TLSv1.2 0xc030"),
    "tls.accepted": ("SSLv3 0x0005", "SSLv3 0x000a", "TLSv1.0 0x002f", "TLSv1.2 0xc030", "TLSv1.2 0x0019", "TLSv1.2 0xfafa"),
    "tls.settled": ("versions", "suites", "groups"),
    "tls.unsettled": ("sslv2: the device closed the connection",),
    "tls.preference": "server",
    "tls.groups": ("x25519", "secp256r1"),
    "tls.dh_bits": 1024,
    "tls.dh_prime": "modp1024 (RFC 2409)",
    "tls.secure_renegotiation": False,
    "tls.extended_master_secret": True,
    "tls.compression": True,
    "tls.tickets": True,
    "tls.ticket_lifetime": 7200,
    "tls.alpn": HOSTILE,
    "tls.subject": f"CN={HOSTILE}",
    "tls.issuer": "CN=Camera CA,O=Example",
    "tls.serial": "1234",
    "tls.not_before": "2016-01-01T00:00:00+00:00",
    "tls.not_after": "2026-01-01T00:00:00+00:00",
    "tls.key_type": "rsa",
    "tls.key_bits": 1024,
    "tls.exponent": 65537,
    "tls.signature_hash": "sha1",
    "tls.is_ca": True,
    "tls.sans": ("camera.example", HOSTILE),
    "tls.sha256": SHA256,
    "tls.chain": (SHA256, "4f" * 32),
    "tls.chain_subjects": (f"CN={HOSTILE}", "CN=Camera CA,O=Example"),
    "tls.chain_not_after": ("2026-01-01T00:00:00+00:00", "2036-01-01T00:00:00+00:00"),
    "tls.chain_hashes": ("sha1", "sha256"),
}  # fmt: skip


def found(check: str, severity: Severity, detail: str) -> Outcome:
    finding = Finding(
        "0" * 16, check, Family.TLS, severity, Confidence.CONFIRMED, WHERE, f"Title of {check}", detail, "", "Mend it."
    )
    return Outcome(check, Status.FOUND, "", (finding,))


def examined(**changed: FactValue) -> Assessment:
    seen = Observation(WHERE, "tls", {**FACTS, **changed}, b"", NOON)
    gap = Gap(WHERE, "tls", "not asked in full: the device did not answer in time")
    claims = (Claim("vendor", "Hikvision", Confidence.CONFIRMED, "test"),)
    device = Device(
        "address:10.77.0.10", ("10.77.0.10",), open_ports=(WHERE,), observations=(seen,), claims=claims, gaps=(gap,)
    )
    outcomes = (
        found("tls-certificate-self-signed", Severity.LOW, "Nobody vouches for it."),
        found("tls-old-version", Severity.CRITICAL, f"Accepts SSLv3. {HOSTILE}"),
        Outcome("tls-profile", Status.UNREACHED, f"the groups; tls on {WHERE}: {gap.reason}"),
        Outcome("tls-certificate-expired", Status.PASSED, "fine"),
    )
    return Assessment(device, outcomes, Score(90.0, Severity.CRITICAL, ""), FirmwareAge(), NOON, Traffic(300, 58))


def shown(assessment: Assessment, *, color: bool = False) -> str:
    return printed(*page(assessment, name="camera.example", volume=(12345, 67890)), width=100, color=color)


def test_the_page_of_an_endpoint_is_this():
    assert_golden("tls-endpoint.txt", shown(examined()))


def test_nothing_that_a_device_says_reaches_the_terminal_unseen():
    text = shown(examined(**{name: HOSTILE for name, value in FACTS.items() if isinstance(value, str)}))
    text += shown(examined(**{name: (HOSTILE,) for name, value in FACTS.items() if isinstance(value, tuple)}))
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\u200b"} & set(text)
    assert "[bold red]loud[/]" in text


def test_a_terminal_with_colour_sees_the_strength_of_each_suite():
    colours = {line.split()[1]: line for line in shown(examined(), color=True).splitlines() if "TLS_" in line}
    good, broken = (next(line for name, line in colours.items() if word in name) for word in ("GCM", "RC4"))
    assert "\x1b[32mgood" in good
    assert "\x1b[32m" not in broken


def test_what_was_not_asked_does_not_show():
    bare = Observation(WHERE, "tls", {"tls.versions": ("TLSv1.2",)}, b"", NOON)
    device = Device("address:10.77.0.10", ("10.77.0.10",), observations=(bare,))
    text = shown(Assessment(device, (), Score(0.0, Severity.INFO, ""), FirmwareAge(), NOON))
    for heading in ("Suites", "Key exchange", "Extensions", "Certificate", "Chain", "Not settled"):
        assert heading not in text
    assert "not seen" in text


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("192.0.2.1", ("192.0.2.1", 443)),
        ("192.0.2.1:8443", ("192.0.2.1", 8443)),
        ("camera.example:1", ("camera.example", 1)),
        ("[::1]:443", ("::1", 443)),
        ("[fd00::7]", ("fd00::7", 443)),
        ("fd00::7", ("fd00::7", 443)),
    ],
)
def test_an_endpoint_is_a_host_and_a_port(text, endpoint):
    assert parse_endpoint(text) == endpoint


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "'' is no endpoint"),
        (":443", "':443' is no endpoint"),
        ("[::1", "is no endpoint"),
        ("[::1]443", "is no endpoint"),
        ("10.0.0.0/8", "one host with its port"),
        ("@hosts.txt", "one host with its port"),
        ("192.0.2.1:0", "'0' is no port: they go from 1 to 65535"),
        ("192.0.2.1:65536", "'65536' is no port"),
        ("192.0.2.1:", "'' is no port"),
        ("192.0.2.1:https", "'https' is no port"),
        ("192.0.2.1:٤٤٣", "is no port"),
        ("192.0.2.1:" + "9" * 5000, "is no port"),
    ],
)
def test_what_is_no_endpoint_is_refused_in_one_sentence(text, complaint):
    with pytest.raises(ConfigError, match=complaint) as refused:
        parse_endpoint(text)
    assert len(str(refused.value)) < 300


@pytest.fixture
def tocsin(tmp_path, monkeypatch, capfd) -> Callable[..., tuple[int, str, str]]:
    """`tocsin("192.0.2.1:80")` runs the command with an inventory and an audit file of its own: exit code, output, messages."""
    monkeypatch.chdir(tmp_path)
    for name in ("TOCSIN_STORE", "TOCSIN_AUDIT", "TOCSIN_CONFIG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    kept = ["--store", str(tmp_path / "inventory.db"), "--audit", str(tmp_path / "audit.jsonl")]

    def run(*arguments: str, word: str = "test") -> tuple[int, str, str]:
        by = ["--authorised-by", word] if word else []
        code = cli.run([*kept, "tls", *arguments, *by, "--pace", "lab"])
        said = capfd.readouterr()
        return code, said.out, said.err

    return run


@contextlib.contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A port of 127.0.0.1 at which whoever connects hears `answer` once it has said something, and is hung up on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, contextlib.suppress(OSError):
                        connection.recv(4096)
                        connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_web_server_in_clear_is_told_in_one_line(tocsin, tmp_path):
    with answering(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n") as port:
        ended = tocsin(f"127.0.0.1:{port}")
    assert ended == (Exit.INCOMPLETE, "", f"127.0.0.1:{port} speaks no TLS: it began with 'HTTP/'\n")
    (line,) = (tmp_path / "audit.jsonl").read_text().splitlines()
    assert json.loads(line)["protocol"] == "tls"
    assert not (tmp_path / "inventory.db").exists()


@pytest.mark.parametrize("answer", [b"\x1b[2J\x9b31m\xff", b"", b"SSH-2"])
def test_whatever_answers_instead_is_one_line_that_no_terminal_obeys(tocsin, answer):
    with answering(answer) as port:
        code, out, told = tocsin(f"127.0.0.1:{port}")
    assert (code, out, told.count("\n")) == (Exit.INCOMPLETE, "", 1)
    assert told.startswith(f"127.0.0.1:{port} speaks no TLS: ")
    assert told.strip().isprintable()


def test_a_closed_port_is_told_in_one_line(tocsin):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    message = f"127.0.0.1:{port} could not be reached: connection refused\n"
    assert tocsin(f"127.0.0.1:{port}") == (Exit.INCOMPLETE, "", message)


@pytest.mark.parametrize(
    ("arguments", "word", "code", "message"),
    [
        (["127.0.0.1:8443"], "", Exit.REFUSED, "nobody has approved this scan"),
        (["8.8.8.8"], "test", Exit.REFUSED, "it is public"),
        (["192.0.2.1:9100"], "test", Exit.USAGE, "9100 is never touched"),
        (["192.0.2.1-5"], "test", Exit.USAGE, "'192.0.2.1-5' is several hosts"),
        (["no-such.invalid"], "test", Exit.USAGE, "the name cannot be resolved"),
        (["192.0.2.1", "--profile", "x"], "test", Exit.USAGE, "there is no TLS profile 'x'; known: device, "),
        (["192.0.2.1", "--starttls", "x"], "test", Exit.USAGE, "no command of 'x' opens TLS; known: ftp, "),
        (["192.0.2.1", "--known-keys", "missing.txt"], "test", Exit.USAGE, "missing.txt"),
    ],
)
def test_what_may_not_be_asked_is_refused_before_anything_is_sent(tocsin, tmp_path, arguments, word, code, message):
    ended, out, told = tocsin(*arguments, word=word)
    assert (ended, out, told.count("\n")) == (code, "", 1)
    assert message in told
    assert not (tmp_path / "audit.jsonl").exists()


def test_a_port_that_a_site_takes_out_is_not_touched(tocsin, tmp_path):
    (tmp_path / "tocsin.toml").write_text(
        '[[site]]\nname = "a"\nnetworks = ["127.0.0.0/8"]\napproved_by = "CISO"\nnever_touch = [8443]\n'
    )
    code, _, told = tocsin("127.0.0.1:8443", word="")
    assert code == Exit.REFUSED
    assert "the port is never touched" in told


def test_a_device_in_quarantine_is_left_alone(tocsin, tmp_path):
    with answering(b"") as port:
        with Store.open(tmp_path / "inventory.db") as store:
            store.quarantine(
                Quarantine("mac:a", "127.0.0.1", None, "it fell silent", "tls at 127.0.0.1:443/tcp", NOON, "scan", port)
            )
        code, out, told = tocsin(f"127.0.0.1:{port}")
    assert (code, out) == (Exit.INCOMPLETE, "")
    assert told.startswith(f"127.0.0.1:{port} is left alone, ")
    assert told.count("\n") == 1
