"""What this machine lets Tocsin do, read from /proc and the file system; nothing is sent, opened or tried on any network."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from inventory.errors import ConfigError
from inventory.text import counted
from scanner.networks import connected

if TYPE_CHECKING:
    from scanner.options import Options

PROC = Path("/proc")
_CAP_NET_RAW = 13  # capabilities(7); its number from linux/capability.h
_SBIN = os.pathsep.join(
    ("/usr/local/sbin", "/usr/sbin", "/sbin")
)  # where `ip` is, and where a user's PATH often does not look


@dataclass(frozen=True, slots=True)
class Ability:
    """Something Tocsin uses, whether it is there, what was seen, and what to do if it is to be had."""

    name: str
    able: bool
    detail: str
    remedy: str = ""


def examine(store: Path, recog: Path | None = None, proc: Path = PROC) -> tuple[Ability, ...]:
    """Look at everything, in a fixed order; `store` is where the inventory is or would be, `recog` where the fingerprints of others are."""
    return (
        _python(),
        _raw_sockets(proc),
        _user_namespaces(proc),
        *(_tool(name, package, what) for name, package, what in _TOOLS),
        _writable(store),
        _networks(proc),
        *((_recog(recog),) if recog else ()),
    )


_TOOLS = (
    ("ip", "iproute2", "the lab's own network (`tocsin demo`)"),
    ("nsenter", "util-linux", "the lab's own network (`tocsin demo`)"),
    ("nmap", "nmap", "scans with --engine nmap"),
)


def _python() -> Ability:
    able = sys.version_info >= (3, 11)
    return Ability("Python", able, f"{platform.python_version()} at {sys.executable}", "install Python 3.11 or newer")


def _raw_sockets(proc: Path) -> Ability:
    """CapEff of proc(5), /proc/pid/status: the capabilities in force, as a hexadecimal mask."""
    line = next((line for line in _lines(proc / "self/status") if line.startswith("CapEff:")), "CapEff: 0")
    able = bool(int(line.split()[1], 16) >> _CAP_NET_RAW & 1)
    detail = "CAP_NET_RAW: ARP and SYN are at hand" if able else "no CAP_NET_RAW: hosts are found by connecting to them"
    return Ability("raw sockets", able, detail, "run as root, or give the container --cap-add NET_RAW")


def _user_namespaces(proc: Path) -> Ability:
    """Three switches may forbid them; each is absent where the kernel does not have it."""
    switches = (
        ("sys/user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=10000"),
        ("sys/kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
        (
            "sys/kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        ),
    )
    name = "user namespaces"
    if not (proc / "self/ns/user").exists():
        return Ability(
            name, False, "this kernel has none: the demo uses loopback addresses", "use a kernel with CONFIG_USER_NS"
        )
    for switch, forbidding, remedy in switches:
        if "".join(_lines(proc / switch)).strip() == forbidding and (
            os.geteuid() != 0 or switch.startswith("sys/user")
        ):
            return Ability(name, False, f"/proc/{switch} is {forbidding}: the demo uses loopback addresses", remedy)
    return Ability(name, True, "allowed: the demo has a network of its own")


def _tool(name: str, package: str, what: str) -> Ability:
    path = shutil.which(name, path=os.environ.get("PATH", os.defpath) + os.pathsep + _SBIN)
    return Ability(name, path is not None, path or f"not found; needed for {what}", f"apt-get install {package}")


def _writable(store: Path) -> Ability:
    """The inventory's file and folder, or the nearest folder above that exists."""
    name, remedy = "inventory", f"make it yours (chown), or name another with --store: {store}"
    if store.is_dir():
        return Ability(name, False, f"{store} is a folder, not a file", "name a file with --store")
    folder = next(folder for folder in store.absolute().parents if folder.exists())
    able = (
        folder.is_dir() and os.access(folder, os.W_OK | os.X_OK) and (not store.exists() or os.access(store, os.W_OK))
    )
    state = "is there" if store.exists() else "will be made by the first scan"
    return Ability(name, able, f"{store} {state}" if able else f"{store} cannot be written", remedy)


def _networks(proc: Path) -> Ability:
    found = connected(proc / "net/route")
    listed = ", ".join(f"{each.network} on {each.interface}" for each in found)
    return Ability(
        "IPv4 networks", bool(found), listed or "none here", "connect this machine to the segment it is to scan"
    )


def _recog(folder: Path) -> Ability:
    from scanner.recog import load_recog

    try:
        found = load_recog(folder)
    except ConfigError as error:
        return Ability("fingerprints of others", False, str(error), "mend [intel] recog in tocsin.toml, or take it out")
    skipped = f"; {len(found.unusable)} cannot be used, such as {found.unusable[0]}" if found.unusable else ""
    return Ability("fingerprints of others", True, f"{len(found)} in {folder}{skipped}")


def in_force(options: "Options", today: date) -> Iterator[Ability]:
    """By what devices are judged and ranked today: the intelligence, the policy, and where the city has them its register and its waivers."""
    settings, waivers = options.settings(), options.waivers_path()
    yield _read("intelligence", lambda: _intelligence(options))
    yield _read("policy", lambda: _policy(options))
    if register := settings.register:
        yield _read("register", lambda: _register(register))
    if waivers.exists():
        yield _read("waivers", lambda: _waivers(waivers, today))
    elif options.waivers or settings.waivers:
        yield Ability(
            "waivers", False, f"there is no file {waivers}, so nothing is accepted", "`tocsin accept` writes it"
        )


def _read(name: str, read: Callable[[], str]) -> Ability:
    try:
        return Ability(name, True, read())
    except ConfigError as error:
        return Ability(name, False, str(error), "mend it: until then no scan and no report begins")


def _intelligence(options: "Options") -> str:
    return f"of {options.intelligence().manifest.made}; `tocsin intel status` says more"


def _policy(options: "Options") -> str:
    policy = options.policy()
    own = (f"{counted(len(policy.rules), 'rule')}", f"{counted(len(policy.vantages), 'vantage')}")
    return f"{policy.title}: {' and '.join(own)} beyond what is shipped" if options.settings().policy else policy.title


def _register(path: Path) -> str:
    from inventory.register import read_register

    return f"{path}: {counted(len(read_register(path).entries), 'row')}"


def _waivers(path: Path, today: date) -> str:
    from scanner.waiving import load_waivers

    waivers = load_waivers(path, today)
    over = sum(waiver.is_over(today) for waiver in waivers)
    return f"{path}: {counted(len(waivers), 'waiver')}{f', {over} expired' if over else ''}"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
