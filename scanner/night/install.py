"""`tocsin night --install`: writes what calls the night, and says what it wrote and what is left to do."""

from __future__ import annotations

import os
import pwd
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from inventory.errors import ConfigError
from scanner.night.units import MARK, NAME, Call, crontab, service, timer, times_of
from scanner.output import save

if TYPE_CHECKING:
    from scanner.config import Settings, Site
    from scanner.options import Options

FOLDERS = {"systemd": Path("/etc/systemd/system"), "cron": Path("/etc/cron.d")}
STATE = Path("/var/lib/tocsin")
ACCOUNT = "tocsin"
_PRINT = Path("-")


def install(
    kind: str, options: Options, sites: Sequence[Site], words: Sequence[str], folder: Path | None, *, force: bool
) -> str:
    """Write the files into the folder ("-": into what is returned), and return what was done and what is to be done, as lines."""
    call = _call(kind, options, sites, words)
    folder = folder or FOLDERS[kind]
    printed = folder == _PRINT
    units = {f"{NAME}.service": service(call), f"{NAME}.timer": timer(call)}
    files = units if kind == "systemd" else {NAME: crontab(call, with_user=not printed)}
    if printed:
        return "\n".join(f"# {name}\n{text}" for name, text in files.items())
    for name in files:
        _require(folder / name, force=force)
    for name, text in files.items():
        save(folder / name, text)
        (folder / name).chmod(0o644)
    told = [f"{folder / name} is written" for name in files]
    return "".join(f"{line}\n" for line in (*told, *_next(kind, call, folder)))


def _require(path: Path, *, force: bool) -> None:
    """See that the file can be written, and is ours if it is there."""
    if not path.parent.is_dir():
        raise ConfigError(f"there is no folder {path.parent}: make it, name another with --to, or print with --dry-run")
    if not os.access(path.parent, os.W_OK):
        raise ConfigError(
            f"cannot write into {path.parent}: run it as root, name a folder with --to, or print with --dry-run"
        )
    if force or not path.exists():
        return
    try:
        own = path.is_file() and path.read_text(encoding="utf-8", errors="replace").startswith(MARK)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error
    if not own:
        raise ConfigError(f"{path} was written by somebody else and is left as it is; --force replaces it")


def _call(kind: str, options: Options, sites: Sequence[Site], words: Sequence[str]) -> Call:
    settings = options.settings()
    if settings.path is None:
        raise ConfigError("a night needs a tocsin.toml: name it with --config")
    config = settings.path.absolute()
    store, audit = options.store or settings.store, options.audit or settings.audit
    kept = {"store": (store or STATE / "inventory.db").absolute(), "audit": (audit or STATE / "audit.jsonl").absolute()}
    given = {"config": config, **kept} | {
        name: path.absolute() for name in ("intel", "waivers") if (path := getattr(options, name)) is not None
    }
    before = [word for name, path in given.items() for word in (f"--{name}", str(path))]
    quiet = ["--log-level", "warning"] if kind == "cron" and "--log-level" not in words else []
    folders = [path.parent for path in kept.values()]
    folders += [settings.nights.reports.absolute()] if settings.nights.reports else []
    return Call(
        (sys.executable, "-P", "-m", "scanner.cli", *before, "night", *words, *quiet),
        _user(kind, settings, kept["store"]),
        config.parent,
        tuple(dict.fromkeys(folders)),
        times_of(site.window for site in sites),
        "" if store and audit else STATE.name,
    )


def _user(kind: str, settings: Settings, store: Path) -> str:
    """Whose the inventory is, or will be; root only under cron, which gives nobody else raw sockets."""
    there = next((path for path in (store, store.parent, settings.path) if path is not None and path.exists()), None)
    owner = there.stat().st_uid if there else 0
    if owner == 0:
        return "root" if kind == "cron" else ACCOUNT
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return str(owner)


def _next(kind: str, call: Call, folder: Path) -> list[str]:
    """What the operator does now, a line a step."""
    hours = ", ".join(call.times)
    if kind == "cron":
        own = [] if folder == FOLDERS["cron"] else [f"copy it to {FOLDERS['cron']}, which cron reads"]
        return [f"it calls the night at {hours}, as {call.user}", *own]
    made = []
    try:
        pwd.getpwnam(call.user)
    except KeyError:
        made = [f"  useradd --system --no-create-home {call.user}"]
    own = [f"  install -d -o {call.user} -m 700 {shlex.quote(str(path))}" for path in call.writes if path != STATE]
    place = "" if folder == FOLDERS["systemd"] else f"{shlex.quote(str(folder.absolute()))}/"
    link = [f"  systemctl link {place}{NAME}.service"] if place else []
    steps = [*made, *own, *link, "  systemctl daemon-reload", f"  systemctl enable --now {place}{NAME}.timer"]
    return [
        f"it calls the night at {hours}, as {call.user}, who must be able to read {call.folder}",
        "what is left to do, as root:",
        *steps,
    ]
