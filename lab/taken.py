"""Says who has a port of this machine already, and which of its own networks one would be taken for."""

import ipaddress
import os
import pwd
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from lab import running
from lab.city import PortTakenError

_LISTENS = "0A"
"""The state TCP_LISTEN as /proc/net/tcp writes it (include/net/tcp_states.h)."""
_ANY_6 = "0" * 32


def by_whom(error: PortTakenError) -> str:
    """Who has the port, and what to do about it."""
    for inode, user in _owners(error):
        process = _process_with(inode)
        for note in running.notes():
            if process in {one.pid for one in (note.keeper, *note.others)}:
                return f"the city {note} has it: end it with tocsin-lab down, or choose another network with --network"
        who = f"process {process} ({_name(process)})" if process else f"a process of the user {_user(user)}"
        return f"{who} has it: end that, or choose another network with --network"
    return "whoever had it is gone: try again"


def own_network(network: ipaddress.IPv4Network) -> str:
    """The interface of this machine at which a part of the network is, "" for none; a gateway behind which it may be is none (proc_net(5), route)."""
    for line in _lines("route"):
        name, destination, gateway, *_, mask = line.split()[:8]
        if int(mask, 16) and not int(gateway, 16):
            bits = int.from_bytes(int(mask, 16).to_bytes(4, sys.byteorder), "big").bit_count()
            if network.overlaps(ipaddress.IPv4Network(f"{_address(destination)}/{bits}", strict=False)):
                return name
    return ""


def _owners(error: PortTakenError) -> Iterator[tuple[str, int]]:
    """The inode and the user of each socket that is bound there, or to that port of all addresses."""
    for family in ("", "6"):
        for line in _lines(f"{error.transport}{family}"):
            _, local, _, state, _, _, _, user, _, inode, *_ = line.split()
            address, _, port = local.partition(":")
            here = address == _ANY_6 if family else _address(address) in (error.address, "0.0.0.0")
            if here and int(port, 16) == error.port and (state == _LISTENS or error.transport == "udp"):
                yield inode, int(user)


def _lines(name: str) -> list[str]:
    try:
        return Path("/proc/net", name).read_text().splitlines()[1:]
    except OSError:
        return []


def _address(text: str) -> str:
    return socket.inet_ntoa(int(text, 16).to_bytes(4, sys.byteorder))


def _process_with(inode: str) -> int | None:
    """The process that has that socket open, among those that this user may look into."""
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(os.readlink(file) == f"socket:[{inode}]" for file in folder.iterdir()):  # noqa: PTH115 - no path
                return int(folder.parent.name)
        except OSError:
            continue  # it is another user's, or has ended
    return None


def _name(process: int) -> str:
    try:
        return Path("/proc", str(process), "comm").read_text().strip()
    except OSError:
        return "gone since"


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
