"""Brings a city up as a process of its own, here or in namespaces, and takes it down again whatever happens.

The parent (`tocsin-lab up`) starts `python -m lab.up REQUEST` (the city), in new namespaces where it can. The city lives as long as its standard input, which
the parent holds: when the parent ends, however it ends, so does the city, and with it the namespaces.
"""

import asyncio
import contextlib
import difflib
import ipaddress
import json
import os
import select
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from lab import keeping, keys, namespace, running, taken
from lab.city import City, CityError, PortTakenError, shift_needed
from lab.control import Desk, answering, present
from lab.doors import Doors
from lab.fake import load_fake
from lab.plan import IPV6_NETWORK, LOOPBACK_NETWORK, NAMESPACE_NETWORK, Placed, Plan, PlanError, choose, lay_out
from lab.recording import Recorder
from lab.truth import truth

_LONGEST_END = 60.0
_FORBIDDEN = (
    " (namespaces need root, or a machine that lets ordinary users have them: the sysctls user.max_user_namespaces, "
    "kernel.unprivileged_userns_clone and kernel.apparmor_restrict_unprivileged_userns; without them: --mode loopback)"
)
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: a mode of "auto", "namespace" and "loopback"; an empty `network` is the mode's own.

    `own_user` says that the city stands in a user namespace of its own, `why` why it is in this mode; `note` is the file that the city removes at its end.
    With `ipv6` some of its devices have an IPv6 address too. With a `state` those that know it are in it; the settings that are changed are kept in the folder
    `keep` ("": for as long as it is up). With a `seed` the city is drawn. The truth goes to the file `truth_file` where one is named, not into the first line.
    The devices `off` are turned off until somebody turns them on: the city can gain them.
    """

    mode: str
    devices: int | None = None
    only: tuple[str, ...] = ()
    network: str = ""
    log_file: str = ""
    own_user: bool = False
    why: str = ""
    note: str = ""
    ipv6: bool = False
    state: str = ""
    keep: str = ""
    seed: int | None = None
    truth_file: str = ""
    off: tuple[str, ...] = ()

    def plan(self) -> Plan:
        """The city that is asked for; raises `PlanError`."""
        usual = LOOPBACK_NETWORK if self.mode == "loopback" else NAMESPACE_NETWORK
        network = self.network or usual
        plan = lay_out(network, self.devices, self.only, ipv6=self.ipv6, state=self.state, seed=self.seed)
        if plan.has_ipv6 and plan.network.is_loopback:
            raise PlanError("a city on loopback addresses has no IPv6: bring it up in namespaces (--mode namespace)")
        if self.mode != "auto" and plan.network.is_loopback != (self.mode == "loopback"):
            raise PlanError(f"{plan.network} is no network for the mode {self.mode}")
        names = [one.name for one in plan.placed]
        if strangers := [name for name in self.off if name not in names]:
            nearest = difflib.get_close_matches(strangers[0], names, cutoff=0.4)
            hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
            raise PlanError(f"{strangers[0]} cannot be off: this city has no device of that name{hint}")
        return plan

    @property
    def is_local(self) -> bool:
        """Whether a network was asked for that only stands on loopback."""
        return self.network.startswith("127.")


class _Stopped(Exception):
    """A signal came before the city was up."""


# The parent


def run(
    request: Request, ready: Callable[[Mapping[str, Any]], None], ended: Callable[[Mapping[str, Any]], None]
) -> None:
    """Bring a city up, tell its first line to `ready`, wait for the end of standard input or a signal, and tell the record to `ended`; raises `CityError`.

    Where a signal comes before the city is up, nothing is told.
    """
    with _stop_signal() as stopped, running.noted() as note, ExitStack() as stack:
        try:
            child, first = _start(replace(request, note=str(note)), stopped)
        except _Stopped:
            return
        stack.callback(_end, child)
        ready(first)
        _wait(child, stopped)
        told = _end(child)
        record = next((one for one in told if "log" in one), None)
        if record is None:
            raise CityError("the city ended by itself")
        ended(record)
        if "failed" in told[-1]:
            raise CityError(told[-1]["failed"])


def _start(request: Request, stopped: int) -> tuple[subprocess.Popen[bytes], Mapping[str, Any]]:
    """Start the city in the first way that works."""
    reasons: list[str] = []
    for way in _ways(request):
        attempt = replace(way, why=way.why.format(reason="; ".join(reasons)))
        try:
            return _attempt(attempt, stopped)
        except CityError as error:
            reasons.append(str(error))
    forbidden = any(reason.startswith("unshare") for reason in reasons)
    raise CityError("; ".join(reasons) + (_FORBIDDEN if forbidden else ""))


def _ways(request: Request) -> Iterator[Request]:
    if request.mode == "namespace" or (request.mode == "auto" and not request.is_local):
        space = replace(request, mode="namespace")
        if os.geteuid() == 0:
            yield replace(space, why="real ARP and MAC addresses, in network namespaces made as root")
        yield replace(space, own_user=True, why="real ARP and MAC addresses, in an unprivileged user namespace")
    if request.mode == "auto":
        why = "as the network asks" if request.is_local else "because {reason}"
        network = request.network if request.is_local else LOOPBACK_NETWORK
        yield replace(request, mode="loopback", network=network, ipv6=False, why=f"no ARP and no MAC addresses, {why}")
    if request.mode == "loopback":
        yield replace(request, why="no ARP and no MAC addresses, as asked")


def _attempt(request: Request, stopped: int) -> tuple[subprocess.Popen[bytes], Mapping[str, Any]]:
    prefix: list[str] = []
    if request.mode == "namespace":
        prefix = [namespace.tool("unshare"), "-Urn" if request.own_user else "-n"]
        trial = subprocess.run([*prefix, "true"], capture_output=True, text=True, check=False)
        if trial.returncode:
            raise CityError(trial.stderr.strip() or "unshare failed")
    child = subprocess.Popen(
        [*prefix, sys.executable, "-P", "-m", "lab.up", json.dumps(asdict(request))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the parent, which ends the city in order
    )
    assert child.stdout
    heard = select.select([child.stdout.fileno(), stopped], [], [])[0]
    if stopped in heard:
        _end(child)
        raise _Stopped
    line = child.stdout.readline()
    first = json.loads(line) if line.endswith(b"\n") else {"failed": "the city ended before it was up"}
    if "failed" in first:
        _end(child)
        raise CityError(first["failed"])
    return child, first


def _wait(child: subprocess.Popen[bytes], stopped: int) -> None:
    """Until a signal, the end of a piped standard input, or the end of the city."""
    assert child.stdout
    watched = [child.stdout.fileno(), stopped, *_piped_input()]
    while True:
        ready = select.select(watched, [], [])[0]
        if child.stdout.fileno() in ready or stopped in ready or not os.read(ready[0], 4096):
            return


def _piped_input() -> list[int]:
    """Standard input where it is a pipe or a socket. A terminal is not read (Ctrl-C is enough), and /dev/null says nothing by being empty."""
    with contextlib.suppress(OSError):
        mode = os.fstat(0).st_mode
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
            return [0]
    return []


def _end(child: subprocess.Popen[bytes]) -> tuple[Mapping[str, Any], ...]:
    """End the city by closing its standard input; return what it has still said: its record, and what failed at the end."""
    if child.stdin is None or child.stdin.closed:
        return ()
    try:
        last, _ = child.communicate(timeout=_LONGEST_END)
    except subprocess.TimeoutExpired:
        child.kill()
        last, _ = child.communicate()
    return tuple(json.loads(line) for line in last.splitlines(keepends=True) if line.endswith(b"\n"))


@contextmanager
def _stop_signal() -> Iterator[int]:
    """A descriptor that becomes readable when a signal asks for the end."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = {number: signal.signal(number, lambda *_: _poke(writing)) for number in _STOPPING}
    try:
        yield reading
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)


def _poke(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        os.write(descriptor, b"!")


# The city


def main() -> None:
    """Be the city that the request in the first argument asks for."""
    raw = json.loads(sys.argv[1])
    request = Request(**{**raw, "only": tuple(raw["only"]), "off": tuple(raw["off"])})
    try:
        asyncio.run(_be(request))
    except PortTakenError as error:
        _say({"failed": f"{error}; {taken.by_whom(error)}"})
    except (CityError, PlanError) as error:
        _say({"failed": str(error)})


async def _be(request: Request) -> None:
    plan = request.plan()
    if request.keep:
        plan = keeping.recalled(plan, Path(request.keep))
    async with AsyncExitStack() as stack:
        if request.note:
            running.complete(Path(request.note), (os.getpid(),))
            stack.callback(running.forget, Path(request.note))
        scanner, doors = None, None
        if request.mode == "namespace":
            scanner = namespace.ScannerSide()
            stack.callback(scanner.close)
            doors = stack.enter_context(namespace.built(plan, scanner))
        interfaces = namespace.interfaces(plan, doors) if doors else {}
        city = City(plan.placed, shift_needed(plan.placed), _keeper(request.keep), doors, interfaces)
        await city.open()
        desk = _desk(city, plan, doors)
        for name in request.off:
            city.away(name, told=False)
            desk.power(city.device(name), False)
        first = _first_line(request, plan, city, scanner)
        if request.note:
            note = _completed(request, first, len(plan.placed))
            await stack.enter_async_context(answering(note, desk))
        _say(first)
        await until_ended()
        await city.close()
        record = city.record()
        _say(record)
        _keep(record, request.log_file)


def _completed(request: Request, first: Mapping[str, Any], devices: int) -> running.Note:
    known = {name: first[name] for name in ("mode", "network", "why")}
    others = [os.getpid(), *([first["scanner_pid"]] if first["scanner_pid"] else [])]
    return running.complete(Path(request.note), others, devices=devices, keep=request.keep, **known)


def _desk(city: City, plan: Plan, doors: Doors | None) -> Desk:
    """On loopback a device has no interface of its own: it is off when its ports are closed, and elsewhere when they are."""
    if doors is None:
        return Desk(city, plan, macs=False)
    return Desk(city, plan, True, partial(namespace.power, plan, doors), partial(namespace.rewire, plan, doors))


def _keeper(folder: str) -> Callable[[Placed], None]:
    return partial(keeping.keep, Path(folder)) if folder else lambda placed: None


async def serve_one(
    name: str,
    address: str,
    ready: Callable[[Mapping[str, Any]], None],
    record: Path | None = None,
    keep: str = "",
) -> Mapping[str, Any]:
    """Be one device at `address` until a signal or the end of a piped standard input; raises `PlanError` and `CityError`.

    What happens to it is told in the file `record`, which is there as soon as the device is. Its keys and what is set on it are kept in the folder `keep`.
    """
    plan = _alone(name, address)
    if keep:
        keys.keep_in(Path(keep))
        plan = keeping.recalled(plan, Path(keep))
    city = City(plan.placed, shift_needed(plan.placed), _keeper(keep))
    recorder = Recorder(city, record) if record else None
    await city.open()
    if recorder:
        recorder.begin()
    ready(_first_line(Request("loopback", why=f"{name} alone"), plan, city, None))
    await until_ended()
    await city.close()
    if recorder:
        recorder.write()
    return city.record()


def _alone(name: str, address: str) -> Plan:
    fakes = choose((name,)) if (fake := load_fake(name)) is None else (fake,)
    if len(fakes) != 1:
        raise PlanError(f"{name} is not one device but {len(fakes)} (see tocsin-lab list)")
    try:
        network = ipaddress.IPv4Network(address)
    except ValueError as error:
        raise PlanError(f"{address} is no IPv4 address: {error}") from error
    return Plan(network, "", (Placed(fakes[0], fakes[0].name, address),))


def _first_line(request: Request, plan: Plan, city: City, scanner: namespace.ScannerSide | None) -> dict[str, Any]:
    enter: list[str] = []
    if scanner:
        own = ["--preserve-credentials", "-U"] if request.own_user else []
        enter = [namespace.tool("nsenter"), *own, "-n", "-t", str(scanner.pid)]
    shifted = f"; ports below 1024 are at port+{city.shift}" if city.shift else ""
    return {
        "mode": request.mode,
        "why": request.why + shifted,
        "network": str(plan.network),
        "ipv6_network": str(IPV6_NETWORK) if plan.has_ipv6 else None,
        "scanner_pid": scanner.pid if scanner else None,
        "enter": enter,
        "interface": namespace.INTERFACE if scanner else "lo",
        "shift": city.shift,
        **_told(truth(present(plan, city), macs=scanner is not None), request.truth_file),
    }


def _told(true: Mapping[str, Any], file: str) -> dict[str, Any]:
    """The truth, or the file that it was written to; raises `CityError`."""
    if not file:
        return {"truth": true}
    try:
        Path(file).write_text(json.dumps(true, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise CityError(f"cannot write {file}: {error.strerror}") from error
    return {"truth_file": file}


async def until_ended() -> None:
    """Wait for a signal, or for the end of a piped standard input."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def heard(descriptor: int) -> None:
        if not os.read(descriptor, 4096):
            loop.remove_reader(descriptor)
            ended.set()

    for descriptor in _piped_input():
        loop.add_reader(descriptor, heard, descriptor)
    for number in _STOPPING:
        loop.add_signal_handler(number, ended.set)
    await ended.wait()


def _keep(record: Mapping[str, Any], path: str) -> None:
    if not path:
        return
    try:
        Path(path).write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise CityError(f"cannot write {path}: {error.strerror}") from error


def _say(record: Mapping[str, Any]) -> None:
    with contextlib.suppress(OSError):  # the parent may be gone
        sys.stdout.write(json.dumps(record) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
