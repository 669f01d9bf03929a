"""Tocsin and nmap on the same fake city: time, cost to the devices, and how much of the truth each finds.

    python bench/city.py [DEVICES …]        (default: the demo city, then 250 devices)

nmap runs with -sV and the scripts nearest to Tocsin's checks; a finding counts for it when its output shows the fact behind it. Checks that it has no
opinion on count against its recall, since the operator does not learn of them. Runs as root or in a user namespace; without namespaces it says so and stops.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree

LAB = [sys.executable, "-P", "-m", "lab.cli"]
TOCSIN = [sys.executable, "-P", "-m", "scanner.cli"]
SCRIPTS = "banner,http-auth,http-default-accounts,http-title,rtsp-methods,snmp-sysdescr,snmp-info,ssh-hostkey,ssl-cert,ssl-enum-ciphers,upnp-info"
PATIENCE = 600.0
"""Seconds after which a run is ended; what it had written by then counts."""
Found = set[tuple[str, str, int, str]]


@dataclass(frozen=True)
class Cost:
    """What one run took: seconds, seconds of CPU, MB, packets sent, and connections per device (median, most)."""

    wall: float
    cpu: float
    peak_mb: float
    packets: int


@contextmanager
def city(devices: int | None) -> Iterator[dict[str, Any]]:
    """The fake city in its namespace; its log is merged in at the end."""
    wish = ["--devices", str(devices)] if devices else []
    lab = subprocess.Popen(
        [*LAB, "up", "--mode", "namespace", *wish], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert lab.stdin is not None
    assert lab.stdout is not None
    first = lab.stdout.readline()
    if not first:
        sys.exit("the city needs network namespaces, which this machine forbids to this user")
    described = json.loads(first)
    try:
        yield described
    finally:
        lab.stdin.close()
        described |= json.loads(lab.stdout.read().splitlines()[-1])
        lab.stdout.close()
        lab.wait()


def packets(described: dict[str, Any]) -> int:
    """Packets that the scanner's side has sent so far."""
    shown = subprocess.run(
        [*described["enter"], "cat", "/proc/net/dev"], check=True, capture_output=True, text=True
    ).stdout
    line = next(line for line in shown.splitlines() if line.strip().startswith(described["interface"] + ":"))
    return int(line.partition(":")[2].split()[9])


def timed(described: dict[str, Any], command: list[str]) -> Cost:
    """Run `command` inside the city's network."""
    sent, began = packets(described), time.monotonic()
    process = subprocess.Popen([*described["enter"], *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    patience = threading.Timer(PATIENCE, process.terminate)
    patience.start()
    _, status, usage = os.wait4(process.pid, 0)
    patience.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - began
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, packets(described) - sent)


def by_tocsin(described: dict[str, Any], folder: Path) -> tuple[Cost, Found]:
    """Scan with Tocsin at level login and pace lab."""
    report = folder / "report.json"
    command = [
        *TOCSIN,
        "--store",
        str(folder / "bench.db"),
        "--audit",
        str(folder / "audit.jsonl"),
        "scan",
        described["network"],
    ]
    command += ["--authorised-by", "bench", "--level", "login", "--pace", "lab", "--quiet", "-o", str(report)]
    cost = timed(described, command)
    devices = json.loads(report.read_text())["devices"]
    return cost, {(d["addresses"][0], f["check"], f["port"], f["transport"]) for d in devices for f in d["findings"]}


def by_nmap(described: dict[str, Any], folder: Path) -> tuple[Cost, Found]:
    """Scan with nmap: the same ports, service detection, and the scripts nearest to the checks."""
    from checks.ports import default_ports

    ports = "T:" + ",".join(map(str, sorted(default_ports()))) + ",U:161,1900"
    output = folder / "nmap.xml"
    command = [
        "nmap",
        "-n",
        "-sS",
        "-sU",
        "-sV",
        "-T4",
        "-p",
        ports,
        "--script",
        SCRIPTS,
        "-oX",
        str(output),
        described["network"],
    ]
    cost = timed(described, command)
    return cost, {
        entry for host in etree.parse(output, etree.XMLParser(recover=True)).iter("host") for entry in _shown(host)
    }


def _shown(host: Any) -> Iterator[tuple[str, str, int, str]]:
    address = next(a.get("addr", "") for a in host.iter("address") if a.get("addrtype") == "ipv4")
    open_ports = [port for port in host.iter("port") if port.find("state[@state='open']") is not None]
    https = any(port.find("script[@id='ssl-cert']") is not None for port in open_ports)
    for port in open_ports:
        number, transport = int(port.get("portid", "0")), port.get("protocol", "tcp")
        yield from ((address, check, number, transport) for check in _checks(port, https=https))


def _checks(port: Any, *, https: bool) -> Iterator[str]:
    """The ids of the checks whose fact nmap's output on this port shows."""
    said = {script.get("id"): script.get("output", "") for script in port.iter("script")}
    service = port.find("service")
    name = service.get("name", "") if service is not None else ""
    if name in ("telnet", "ftp") or (name == "http" and "http-auth" in said and not https):
        yield "cleartext-administration"
    if "http-default-accounts" in said and "valid credentials" in said["http-default-accounts"].lower():
        yield "default-credentials"
    if "snmp-sysdescr" in said:
        yield "snmp-default-community"
    if name in ("modbus", "mbap"):
        yield "unauthenticated-control"
    if any(version in said.get("ssl-enum-ciphers", "") for version in ("SSLv3", "TLSv1.0", "TLSv1.1")):
        yield "tls-old-version"
    yield from _certificate(next((s for s in port.iter("script") if s.get("id") == "ssl-cert"), None))


def _certificate(script: Any | None) -> Iterator[str]:
    if script is None:
        return
    text = script.get("output", "")
    bits = script.findtext(".//table[@key='pubkey']/elem[@key='bits']")
    kind = script.findtext(".//table[@key='pubkey']/elem[@key='type']")
    if kind == "rsa" and bits and int(bits) < 2048:
        yield "tls-certificate-weak-key"
    if "sha1With" in (script.findtext("elem[@key='sig_algo']") or ""):
        yield "tls-certificate-weak-signature"
    subject, issuer = (text.partition(f"{word}: ")[2].partition("\n")[0] for word in ("Subject", "Issuer"))
    if subject == issuer:
        yield "tls-certificate-self-signed"
    ends = script.findtext(".//table[@key='validity']/elem[@key='notAfter']")
    if ends and datetime.fromisoformat(ends).replace(tzinfo=UTC) < datetime.now(UTC):
        yield "tls-certificate-expired"


def bench(devices: int | None) -> None:
    """One city, both tools, one table."""
    print(f"\n{'the demo city' if devices is None else f'{devices} devices'}")
    print(
        f"{'':8}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}{'packets/device':>16}{'connections/device':>20}{'recall':>8}{'precision':>11}"
    )
    for name, tool in (("Tocsin", by_tocsin), ("nmap", by_nmap)):
        if name == "nmap" and shutil.which("nmap") is None:
            print("nmap is not installed: apt-get install nmap")
            continue
        with tempfile.TemporaryDirectory() as folder, city(devices) as described:
            cost, found = tool(described, Path(folder))
        declared: Found = {
            (device["address"], f["check"], f["port"], f["transport"])
            for device in described["truth"]["devices"]
            for f in device["findings"]
        }
        made = sorted(log["connections"] for log in described["log"].values())
        share = f"{made[len(made) // 2]} (most {made[-1]})"
        right = len(found & declared)
        limit = ">" if cost.wall >= PATIENCE else ""
        print(
            f"{name:8}{limit:>2}{cost.wall:6.1f}{cost.cpu:8.1f}{cost.peak_mb:9.0f}{cost.packets / len(made):16.0f}{share:>20}"
            f"{right / len(declared):8.0%}{right / max(1, len(found)):11.0%}"
        )


if __name__ == "__main__":
    wishes: list[int | None] = [int(word) for word in sys.argv[1:]]
    for wanted in wishes or [None, 250]:
        bench(wanted)
