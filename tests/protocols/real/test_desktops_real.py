"""Desktops, file servers and debuggers as Debian has them, each on 127.0.0.1 with as little around it as will start."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import openocd, rdp, smb, vnc, x11
from tests.ports import free_port

pytestmark = pytest.mark.real
TARGET = Target(Endpoint("127.0.0.1", 1))
OPENOCD = "adapter driver dummy; adapter speed 100; transport select jtag; jtag newtap board cpu -irlen 4; bindto 127.0.0.1; telnet_port {port}"


def asked(hold, protocol, port, target=TARGET):
    heard, peer = hold(protocol.probe(target), port)
    assert all(any(say.allows(request) for say in protocol.SAYS) for request in peer.sent)
    assert set(heard.facts) <= set(protocol.FACTS)
    assert peer.connections <= getattr(protocol, "CONNECTIONS", 1)
    return heard.facts


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: Samba's sockets stand below it, and the kernel takes 108 letters."""
    with tempfile.TemporaryDirectory(prefix="tocsin", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture
def samba(folder, serve):
    """`samba("NT1")` is the port of a file server that speaks this version and the later ones."""

    def start(oldest: str) -> int:
        places = ("private dir", "lock directory", "state directory", "cache directory", "pid directory", "ncalrpc dir")
        own = "\n".join(f"{place} = {folder}/{place.partition(' ')[0]}" for place in places)
        for place in places:
            (folder / place.partition(" ")[0]).mkdir(exist_ok=True)
        configuration = (
            "[global]\nworkgroup = TICKETS\nnetbios name = KIOSK-12\nserver role = standalone server\ninterfaces = 127.0.0.1\n"
            f"bind interfaces only = yes\nsmb ports = {{port}}\nserver min protocol = {oldest}\nload printers = no\nlog file = {folder}/log\n{own}\n"
        )
        return int(serve("smbd", "-F", "--no-process-group", "-s", "server.conf", configuration=configuration))

    return start


@pytest.fixture
def xrdp(serve, certificate):
    """`xrdp("tls")` is the port of a desktop with this layer of security."""
    if os.geteuid() != 0:
        pytest.skip("xrdp writes below /run: run the tests as root")

    def start(layer: str) -> int:
        crt, key = certificate
        configuration = (
            f"[Globals]\nini_version=1\nfork=false\nport=tcp://.:{{port}}\nsecurity_layer={layer}\ncertificate={crt}\nkey_file={key}\n"
            "[Logging]\nLogFile=xrdp.log\nLogLevel=ERROR\nEnableSyslog=false\n"
        )
        return int(serve("xrdp", "--nodaemon", "--config", "server.conf", configuration=configuration))

    return start


@pytest.fixture
def screen(serve, tmp_path):
    """`screen()` starts TigerVNC's X server with its display in TCP as well: the ports of VNC and of X11. Without -auth it lets in this machine alone."""

    def start(*options: str) -> tuple[int, int]:
        display = free_port()
        (tmp_path / "password").write_bytes(bytes(8))
        own = [
            "-rfbport",
            "{port}",
            "-interface",
            "127.0.0.1",
            "-SecurityTypes",
            "VncAuth",
            "-PasswordFile",
            "password",
        ]
        return int(serve("Xtigervnc", f":{display - 6000}", *own, "-listen", "tcp", *options)), display

    return start


@pytest.mark.parametrize(
    ("layer", "facts"),
    [
        ("tls", {"rdp.answer": "PROTOCOL_SSL", "rdp.security": "TLS", "rdp.nla": False}),
        ("rdp", {"rdp.answer": "PROTOCOL_RDP", "rdp.security": "RDP", "rdp.nla": False}),
    ],
)
def test_xrdp_demands_no_account_before_the_desktop(xrdp, hold, layer, facts):
    assert asked(hold, rdp, xrdp(layer)) == facts


def test_freerdp_demands_an_account_where_it_is_told_to(screen, serve, hold, tmp_path):
    program = shutil.which("freerdp-shadow-cli") or pytest.skip(
        "no freerdp-shadow-cli: apt-get install freerdp2-shadow-x11"
    )
    _, display = screen()
    around = [f"HOME={tmp_path}", f"DISPLAY=:{display - 6000}"]
    port = serve("env", *around, program, "/port:{port}", "/bind-address:127.0.0.1", "/sec:nla")
    facts = {"rdp.answer": "HYBRID_REQUIRED_BY_SERVER", "rdp.security": "NLA", "rdp.nla": True}
    assert asked(hold, rdp, port) == facts


def test_an_x_server_that_lets_this_machine_in_is_open_and_still_there_afterwards(screen, hold):
    port, display = screen()
    for _ in range(2):
        facts = asked(hold, x11, display)
        assert (facts["x11.open"], facts["x11.vendor"]) == (True, "The X.Org Foundation")
    assert asked(hold, vnc, port)["vnc.no_authentication"] is False


def test_an_x_server_with_a_cookie_refuses_us(screen, hold, tmp_path):
    # Xau, the file of authorizations: family Wild (0xffff), no address, no display's number, the name of the method and its data.
    cookie = b"\xff\xff\0\0\0\0\0\x12MIT-MAGIC-COOKIE-1\0\x10" + bytes(range(16))
    (tmp_path / "authority").write_bytes(cookie)
    _, display = screen("-auth", "authority")
    facts = asked(hold, x11, display)
    assert (facts["x11.open"], facts["x11.answer"]) == (False, "refused")
    assert "uthorization" in str(facts["x11.reason"])


def test_samba_that_still_speaks_version_1_says_who_it_is(samba, hold):
    assert asked(hold, smb, samba("NT1")) == {
        "smb.smb1": True,
        "smb.dialect": "NT LM 0.12",
        "smb.signing": "none",
        "smb.domain": "TICKETS",
        "smb.name": "KIOSK-12",
    }


def test_samba_that_gave_version_1_up_is_known_by_the_later_ones(samba, hold):
    assert asked(hold, smb, samba("SMB2")) == {"smb.smb1": False, "smb.dialect": "3.0.2", "smb.signing": "offered"}


def test_samba_answers_a_netbios_session_as_at_port_139(samba, hold):
    facts = asked(hold, smb, samba("NT1"), Target(Endpoint("127.0.0.1", 139)))
    assert facts["smb.smb1"] is True


def test_openocd_greets_and_is_told_nothing(serve, hold):
    port = serve("openocd", "-c", f"{OPENOCD}; gdb_port disabled; tcl_port disabled; init")
    heard, peer = hold(openocd.probe(TARGET), port)
    assert heard.facts == {"openocd.greeting": "Open On-Chip Debugger"}
    assert peer.sent == []
