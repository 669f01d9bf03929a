"""What calls the night: a service and a timer of systemd, or a crontab, as text. Pure.

The service may do what a scan needs and no more: raw sockets are its only capability, and of the file system it writes the inventory's folder and the reports'.
"""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from inventory.errors import ConfigError
from scanner.scope import hours_of

MARK = (
    "# Written by `tocsin night --install`, which replaces it; what is added by hand belongs into a file of its own.\n"
)
NAME = "tocsin-night"
USUAL = "02:00"
"""When a night begins where no site has a window."""
_HOMES = ("/home", "/root", "/run/user")
_HARDENED = """\
NoNewPrivileges=yes
AmbientCapabilities=CAP_NET_RAW
CapabilityBoundingSet=CAP_NET_RAW
ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
UMask=0077
"""


@dataclass(frozen=True, slots=True)
class Call:
    """The command with its words, as whom and in which folder it runs, the folders that it writes (`state`: the one that systemd makes for it, "" for none),
    and the times of day at which it begins.
    """

    words: tuple[str, ...]
    user: str
    folder: Path
    writes: tuple[Path, ...]
    times: tuple[str, ...]
    state: str = ""

    @property
    def at_home(self) -> bool:
        """Whether something that it needs lies in somebody's home."""
        paths = (self.words[0], str(self.folder), *map(str, self.writes))
        return any(path == home or path.startswith(f"{home}/") for path in paths for home in _HOMES)


def times_of(windows: Iterable[str]) -> tuple[str, ...]:
    """The times of day at which windows open, in order; those of the usual night where there are none."""
    opening = {f"{hours_of(window)[0]:%H:%M}" for window in windows if window}
    return tuple(sorted(opening)) or (USUAL,)


def service(call: Call) -> str:
    """The service: a night that is ended with SIGTERM has ten seconds, and findings or a window's end are no failure of it."""
    state = (
        f"StateDirectory={call.state}\nStateDirectoryMode=0700\nEnvironment=XDG_STATE_HOME=/var/lib\n"
        if call.state
        else ""
    )
    writes = "".join(f"ReadWritePaths={_quoted(f'-{path}')}\n" for path in call.writes)
    return f"""{MARK}[Unit]
Description=Tocsin: the night's scan of the city's devices
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart={" ".join(_quoted(word).replace("$", "$$") for word in call.words)}
WorkingDirectory={_escaped(str(call.folder))}
User={call.user}
SuccessExitStatus=1 3
KillMode=mixed
TimeoutStartSec=infinity
TimeoutStopSec=15
{state}{writes}ProtectHome={"read-only" if call.at_home else "yes"}
{_HARDENED}"""


def timer(call: Call) -> str:
    """The timer: a night that the machine slept through is not made up for by day."""
    calendar = "".join(f"OnCalendar=*-*-* {time}:00\n" for time in call.times)
    return f"""{MARK}[Unit]
Description=Tocsin: the hours at which a window opens

[Timer]
{calendar}RandomizedDelaySec=60
FixedRandomDelay=true
AccuracySec=1s
Persistent=false
Unit={NAME}.service

[Install]
WantedBy=timers.target
"""


def crontab(call: Call, *, with_user: bool) -> str:
    """Lines for cron: of a file in /etc/cron.d, where each names its user, or of somebody's own."""
    command = " ".join(shlex.quote(_sound(word)) for word in call.words).replace("%", r"\%")
    user = f"{call.user} " if with_user else ""
    folder = shlex.quote(_sound(str(call.folder))).replace("%", r"\%")
    moments = (time.split(":") for time in call.times)
    lines = "".join(f"{int(minute)} {int(hour)} * * * {user}cd {folder} && {command}\n" for hour, minute in moments)
    return f"{MARK}SHELL=/bin/sh\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n{lines}"


def _quoted(word: str) -> str:
    """A word of a unit file (systemd.syntax(7), systemd.unit(5) on specifiers)."""
    escaped = _escaped(word).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if set(escaped) & set(" \t\"'\\;") or not escaped else escaped


def _escaped(word: str) -> str:
    return _sound(word).replace("%", "%%")


def _sound(word: str) -> str:
    if not word.isprintable():
        raise ConfigError(f"{word!r} has characters that neither systemd nor cron can be given: rename it")
    return word
