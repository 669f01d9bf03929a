# SPDX-License-Identifier: GPL-3.0-or-later
"""The nmap bridge: the same sweep, made by nmap and read by python-nmap, for `--engine nmap`.

A program of its own, because python-nmap is GPL-3.0-or-later: `python -P -m scanner.bridges.nmap`. Commands are JSON lines on stdin, events JSON lines on
stdout; it ends, and ends nmap, when stdin closes.

    {"command": "scope", "allow": ["10.0.0.0/24"], "deny": ["10.0.0.1"], "never_touch": [9100]}      first, and once
    {"command": "sweep", "ranges": ["10.0.0.2-10.0.0.254"], "ports": [22, 80], "pace": "normal", "packets_per_second": 500,
     "device_packets_per_second": 40}

    {"event": "found", "host": "10.0.0.7", "mac": "44:19:b6:00:00:07", "ports": [80]}    {"event": "progress", "done": 256, "packets": 0}
    {"event": "done", "done": 254, "packets": 0}    {"event": "missing", "text": "…"}    {"event": "refused", "text": "…"}    {"event": "error", "text": "…"}

Each run of nmap takes at most 256 addresses, so that hosts are told early and its XML stays small. nmap does not say how many packets it sent: they count as 0.
"""

import contextlib
import ipaddress
import os
import selectors
import subprocess
from collections.abc import Iterator
from typing import Any

import nmap

from scanner import spans
from scanner.bridging import Commands, Fence, Refused, emit, fence_from

CHUNK = 256
"""Addresses in one run of nmap."""
TIMING = {"gentle": "-T2", "normal": "-T3", "lab": "-T4"}
LIVENESS = "80,443,22,23,502"


class Broken(Exception):
    """nmap ended without a result; the message is what it said."""


def arguments(command: dict[str, Any], fence: Fence, version: int) -> list[str]:
    """What nmap is told beside the addresses, which it reads from its stdin.

    Without `--open`, which would hide hosts that are alive and have no open port.
    """
    ports = fence.ports(command["ports"])
    delay = max(1, round(1000 / command["device_packets_per_second"]))
    told = ["-n", "-sS" if os.geteuid() == 0 else "-sT", TIMING[command["pace"]], "--max-retries", "1"]
    told += ["-PE", f"-PS{LIVENESS}"] if os.geteuid() == 0 else [f"-PS{LIVENESS}"]
    told += [
        "--max-rate",
        str(command["packets_per_second"]),
        "--scan-delay",
        f"{delay}ms",
        "--max-scan-delay",
        f"{delay}ms",
    ]
    told += ["--exclude-ports", listed(fence.forbidden)]
    told += ["-p", ",".join(str(port) for port in sorted(ports))] if ports else ["-sn"]
    denied = [text for span in fence.denied if span.version == version for text in excluded(span)]
    told += ["--exclude", ",".join(denied)] if denied else []
    return [*told, *(["-6"] if version == 6 else []), "-oX", "-", "-iL", "-"]


def listed(ports: frozenset[int]) -> str:
    """Ports as nmap lists them: "515,9100-9107"."""
    runs = spans.merge(spans.Span(0, port, port) for port in ports)
    return ",".join(str(run.first) if run.first == run.last else f"{run.first}-{run.last}" for run in runs)


def excluded(span: spans.Span) -> Iterator[str]:
    """A span as networks, which is how nmap takes any range."""
    kind = ipaddress.IPv4Address if span.version == 4 else ipaddress.IPv6Address
    for network in ipaddress.summarize_address_range(kind(span.first), kind(span.last)):
        yield str(network)


def run(path: str, told: list[str], addresses: str, commands: Commands) -> str:
    """Run nmap and return its XML; ends nmap and this program when stdin closes."""
    child = subprocess.Popen([path, *told], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdin is not None  # they were asked for
    assert child.stdout is not None
    assert child.stderr is not None
    said = {child.stdout.fileno(): b"", child.stderr.fileno(): b""}
    try:
        with contextlib.suppress(BrokenPipeError), child.stdin:  # it ended first; what it said is read below
            child.stdin.write(addresses.encode())
        with selectors.DefaultSelector() as selector:
            for fd in (*said, commands.fd):
                selector.register(fd, selectors.EVENT_READ)
            while len(selector.get_map()) > 1:
                for key, _ in selector.select():
                    _take(key.fd, said, selector, commands)
        child.wait()
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
    out, error = (text.decode(errors="replace") for text in said.values())
    if child.returncode != 0:
        raise Broken(error.strip().splitlines()[-1] if error.strip() else f"nmap ended with {child.returncode}")
    return out


def _take(fd: int, said: dict[int, bytes], selector: selectors.BaseSelector, commands: Commands) -> None:
    if fd == commands.fd:
        commands.pull()
        return
    more = os.read(fd, 65536)
    said[fd] += more
    if not more:
        selector.unregister(fd)


def hosts(scanner: nmap.PortScanner, xml: str) -> Iterator[tuple[str, str | None, list[int]]]:
    """Address, MAC and open ports of every host that nmap found alive, in order."""
    result = scanner.analyse_nmap_xml_scan(xml)["scan"]
    for address in sorted(result, key=lambda text: spans.of_address(text).first):
        host = result[address]
        if host["status"]["state"] != "up":
            continue
        mac = host["addresses"].get("mac")
        ports = [port for port, state in host.get("tcp", {}).items() if state["state"] == "open"]
        yield address, mac.lower() if mac else None, sorted(ports)


def sweep(command: dict[str, Any], fence: Fence, commands: Commands) -> int:
    """Run nmap over the ranges of the command; the number of addresses asked."""
    try:
        scanner = nmap.PortScanner()
    except nmap.PortScannerError as error:
        emit("missing", text=str(error))
        raise SystemExit(1) from None
    done = 0
    for chunk in spans.chunks(fence.ranges(command["ranges"]), CHUNK):
        told = arguments(command, fence, chunk[0].version)
        text = "\n".join(spans.addresses(chunk))
        for address, mac, ports in hosts(scanner, run(scanner._nmap_path, told, text, commands)):
            emit("found", host=address, mac=mac, ports=ports)
        done += spans.count(chunk)
        emit("progress", done=done, packets=0)
    return done


def main() -> None:
    """Follow commands until stdin closes; whatever goes wrong is an error event."""
    commands = Commands()
    try:
        fence = fence_from(commands)
        while True:
            command = commands.next()
            if command.get("command") != "sweep":
                raise Refused(f"no such command: {command.get('command')!r}")
            emit("done", done=sweep(command, fence, commands), packets=0)
    except Refused as error:
        emit("refused", text=str(error))
    except (Broken, OSError, nmap.PortScannerError) as error:
        emit("error", text=str(error))
    except (KeyError, TypeError, ValueError) as error:
        emit("refused", text=f"a command that makes no sense: {error!r}")
    raise SystemExit(1)


if __name__ == "__main__":
    main()
