"""Real servers of the generic services, each as a process of its own: a program and its configuration, as `tests/real/servers.py` has them."""

import sys
from pathlib import Path

from tests.real.servers import Command, tool

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=/run/bus</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""


def kamailio(folder: Path, address: str, port: int) -> Command:
    """A SIP server that answers OPTIONS with 200 and refuses everything else."""
    program, config, state = tool("kamailio", "kamailio"), folder / "kamailio.cfg", folder / "kamailio"
    state.mkdir(exist_ok=True)
    config.write_text(f"""
debug=1
log_stderror=yes
fork=no
children=1
auto_aliases=no
listen=udp:{address}:{port}
loadmodule "sl.so"
request_route {{
  if (method=="OPTIONS") {{ sl_send_reply("200", "OK"); exit; }}
  sl_send_reply("405", "Method Not Allowed");
}}
""")
    return [program, "-f", str(config), "-DD", "-E", "-m", "16", "-M", "4", "-Y", str(state)]


def ipmi_sim(folder: Path, address: str, port: int, user: str = "operator", password: str = "test") -> Command:
    """OpenIPMI's simulated management processor, with one account that has no name and one that is named."""
    program = tool("ipmi_sim", "openipmi")
    kinds = "none md2 md5 straight"
    levels = "\n".join(f"allowed_auths_{level} {kinds}" for level in ("callback", "user", "operator", "admin"))
    (folder / "lan.conf").write_text(f"""name "bmc"
set_working_mc 0x20
startlan 1
addr {address} {port}
priv_limit admin
{levels}
guid a123456789abcdefa123456789abcdef
endlan
user 1 true "" "test" user 10 {kinds}
user 2 true "{user}" "{password}" admin 10 {kinds}
""")
    (folder / "bmc.emu").write_text(
        "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr\nmc_enable 0x20\n"
    )
    return [program, "-c", f"{folder}/lan.conf", "-f", f"{folder}/bmc.emu", "-n", "-s", str(folder)]


def tigervnc(
    folder: Path, address: str, port: int, security: str, obscured: str = "00" * 8, display: str = ""
) -> Command:
    """TigerVNC's server at this address only, with one security type; its display has the number of its port unless another is given.

    `obscured` are the eight bytes of its password file, hexadecimal: what vncpasswd makes of the password.
    """
    program = tool("Xtigervnc", "tigervnc-standalone-server")
    password = folder / "vnc_password"
    password.write_bytes(bytes.fromhex(obscured))
    options = ["-SecurityTypes", security, "-PasswordFile", str(password)]
    return [program, f":{display or port}", "-rfbport", str(port), "-interface", address, *options]


def coap_server(folder: Path, address: str, port: int) -> Command:
    """Libcoap's example server, with a clock."""
    return [tool("coap-server-notls", "libcoap3-bin"), "-A", address, "-p", str(port)]


def coaps_server(folder: Path, address: str, port: int, program: str, *settings: str) -> Command:
    """One of libcoap's example servers ("coap-server-openssl") with DTLS at the port: it has CoAP in the clear at the port below."""
    del folder
    return [tool(program, "libcoap3-bin"), "-A", address, "-p", str(port - 1), *settings]


def dtls_server(folder: Path, address: str, port: int, *settings: str) -> Command:
    """OpenSSL's own server over UDP."""
    del folder
    return [tool("openssl", "openssl"), "s_server", "-quiet", "-accept", f"{address}:{port}", *settings]


def aiocoap_server(folder: Path, address: str, port: int) -> Command:
    """A LwM2M node made with aiocoap, which sends its long list of resources in blocks."""
    return [sys.executable, "-P", str(Path(__file__).with_name("coap_node.py")), address, str(port)]


def printer_in_a_segment(folder: Path) -> str:
    """What a shell in a namespace of its own runs: ippeveprinter, and avahi-daemon, which announces it over a message bus of their own."""
    (folder / "bus.conf").write_text(_BUS)
    (folder / "avahi.conf").write_text(
        "[server]\nhost-name=cityhall\nuse-ipv6=no\nallow-interfaces=inner\n[publish]\npublish-hinfo=no\npublish-workstation=yes\n"
    )
    bus, avahi = tool("dbus-daemon", "dbus-daemon"), tool("avahi-daemon", "avahi-daemon")
    printer = tool("ippeveprinter", "cups-ipp-utils")
    return f"""
mkdir -p /run/avahi-daemon
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/bus
{bus} --config-file={folder}/bus.conf --nofork --nopidfile &
until [ -S /run/bus ]; do sleep 0.05; done
{avahi} --no-drop-root --no-chroot -f {folder}/avahi.conf &
until [ -e /run/avahi-daemon/pid ]; do sleep 0.05; done
{printer} -p 8631 -n localhost -d {folder}/spool -M Example -m "Laser 9" -f application/pdf "City Hall" &
"""


def router_in_a_segment(folder: Path) -> str:
    """What a shell in a namespace of its own runs: miniupnpd between two interfaces that lead nowhere. It insists on an outer address that looks public."""
    (folder / "miniupnpd.conf").write_text("""ext_ifname=outer
listening_ip=inner
http_port=20080
ext_ip=11.0.0.7
uuid=11111111-2222-3333-4444-555555555555
serial=12345678
model_number=1
friendly_name=City gateway
manufacturer_name=Example
model_name=Gateway 1
""")
    return f"""
ip link add outer type veth peer name outer-end
ip addr add 11.0.0.7/32 dev outer
ip link set outer up
ip route add 239.0.0.0/8 dev inner
{tool("miniupnpd", "miniupnpd")} -d -f {folder}/miniupnpd.conf -P /run/miniupnpd.pid &
"""


_SERVERS = (kamailio, ipmi_sim, tigervnc, coap_server, coaps_server, dtls_server, aiocoap_server)
GENERIC = {server.__name__: server for server in _SERVERS}
