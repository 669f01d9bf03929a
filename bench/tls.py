"""What a full enumeration of TLS costs: `python bench/tls.py` asks one nginx and one `openssl s_server` of TLS 1.0 to 1.3, and so do the others.

Printed side by side, from one run: the wall time (best of five; testssl.sh once), what of it the same call takes at a port where nobody listens, the
connections, the bytes both ways, the pairs of version and suite found, and in how many of them a tool differs from Tocsin's full enumeration.

Tocsin opens one connection at a time: without a pace within this process (all that a scan asks in full, the enumeration of suites alone, and the posture), and
as a whole process at the pace of a lab. Connections and bytes are counted by a relay, in a run of their own. Everything stays on 127.0.0.1.
"""

import asyncio
import contextlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import cast

from bench.tls_servers import Relay, free_port, make_certificate, nginx, run, s_server
from checks.cipher_suites import all_suites
from inventory.errors import PeerError
from inventory.model import Endpoint, Level
from scanner.audit import Audit
from scanner.conversation import Conversation, Depth, Heard, ProtocolModule, Target
from scanner.pace import Pace
from scanner.protocols import load_protocols
from scanner.scope import Grant, Scope
from scanner.tls.asking import Asker
from scanner.tls.enumeration import Enumeration
from scanner.wire import Wire

TOCSIN = [sys.executable, "-P", "-m", "scanner.cli"]
UNBOUNDED = Pace("unbounded", 1e6, 1e6, 1, 1e5, cool_down=0.0)
ROUNDS = 5
Pairs = set[str]
"""What was found: "TLSv1.2 0xc02f"."""
CODES = {suite.name: code for code, suite in all_suites().items()}


def main() -> None:
    print(versions())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        certificate = make_certificate(folder)
        for title, server in (("nginx", nginx), ("openssl s_server", s_server)):
            with server(folder, certificate) as port:
                print(f"\n{title}, TLS 1.0 to 1.3")
                print(f"{'':<36} seconds  start-up  connections    bytes  pairs  differ")
                compare(folder, port)


def compare(folder: Path, port: int) -> None:
    """A line for each tool; Tocsin's full enumeration is the first."""
    truth: Pairs | None = None
    for name, ask in tools(folder).items():
        relay = Relay(port)
        with relay.running():
            ask(relay.port)
        rounds = 1 if name == "testssl" else ROUNDS
        seconds, pairs = min((timed(ask, port) for _ in range(rounds)), key=lambda one: one[0])
        truth = pairs if truth is None else truth
        start = min(timed(ask, free_port())[0] for _ in range(min(rounds, 2)))
        differ = "" if "posture" in name else str(len(pairs ^ truth))
        print(
            f"{name:<36} {seconds:>7.3f}  {start:>8.3f}  {relay.connections:>11}  {relay.bytes:>7}  {len(pairs):>5}  {differ:>6}"
        )


def timed(ask: Callable[[int], Pairs], port: int) -> tuple[float, Pairs]:
    began = time.perf_counter()
    pairs = ask(port)
    return time.perf_counter() - began, pairs


def tools(folder: Path) -> dict[str, Callable[[int], Pairs]]:
    """What is there to be compared: a name, and a question to a port that returns the pairs found."""
    found: dict[str, Callable[[int], Pairs]] = {
        "tocsin, full, within a scan": lambda port: ours(folder, port, Depth.FULL),
        "tocsin, suites alone, within a scan": lambda port: ours(folder, port, None),
        "tocsin, posture, within a scan": lambda port: ours(folder, port, Depth.POSTURE),
        "tocsin tls (process, pace of a lab)": lambda port: our_process(folder, port),
    }
    others = {"nmap": nmap, "sslyze": sslyze, "testssl": testssl}
    return found | {name: partial(ask, folder) for name, ask in others.items() if tool(name)}


def tool(name: str) -> str | None:
    """Where it is installed; sslyze may stand in an environment of its own, named by its folder as the only argument."""
    return shutil.which(name, path=sys.argv[1] if len(sys.argv) > 1 else None) or shutil.which(name)


def versions() -> str:
    """What is compared, by its own words."""
    asks = {"openssl": ["version"], "nginx": ["-v"], "nmap": ["--version"], "testssl": ["--version"]}
    said = [told([tool(name) or name, *ask]) for name, ask in asks.items() if tool(name)]
    if beside := tool("sslyze"):  # it does not say, but Python beside it knows
        code = "import importlib.metadata as m; print('sslyze', m.version('sslyze'))"
        said.append(told([str(Path(beside).with_name("python3")), "-c", code]))
    return "; ".join(said)


def told(command: list[str]) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    match = re.search(r"[A-Za-z][\w.]*(?: version:?)?[ /]+[a-z/]*\d[\d.]+\w*", done.stdout + done.stderr)
    return " ".join(match[0].split()) if match else ""


def ours(folder: Path, port: int, depth: Depth | None) -> Pairs:
    """One endpoint over a wire without a pace: the versions, then what the depth asks further, as a scan does it; with none, its suites and nothing else."""
    protocol, endpoint = load_protocols()["tls"], Endpoint("127.0.0.1", port)

    async def ask() -> Pairs:
        grant = Grant((ip_network("127.0.0.1/32"),), (), Level.IDENTIFY, "bench")
        with Audit(folder / "audit.jsonl") as audit, contextlib.suppress(PeerError):
            wire = Wire(Scope([grant]), UNBOUNDED, audit, level=Level.IDENTIFY)
            if depth is None:
                alone = cast("ProtocolModule", SuitesAlone())
                return accepted(await wire.hold(alone, Target(endpoint, depth=Depth.FULL)))
            first = await wire.hold(protocol, Target(endpoint))
            return accepted(await wire.hold(protocol, Target(endpoint, depth=depth, before=first.facts)))
        return set()

    return asyncio.run(ask())


class SuitesAlone:
    """The protocol, without all that it asks besides the suites of each version."""

    def __getattr__(self, name: str) -> object:
        return getattr(load_protocols()["tls"], name)

    def probe(self, target: Target) -> Conversation[Heard]:
        enumeration = Enumeration(Asker(target), frozenset(), preference="not asked")
        yield from enumeration.run()
        pairs = (f"{version.name} 0x{code}" for version, codes in enumeration.accepted.items() for code in codes)
        return Heard({"tls.accepted": tuple(pairs)})


def accepted(heard: Heard) -> Pairs:
    pairs = heard.facts.get("tls.accepted", ())
    return set(pairs) if isinstance(pairs, tuple) else set()


def our_process(folder: Path, port: int) -> Pairs:
    out = folder / "tocsin.json"
    out.unlink(missing_ok=True)
    own = ["--store", str(folder / "bench.db"), "--audit", str(folder / "audit-process.jsonl")]
    wish = ["tls", f"127.0.0.1:{port}", "--authorised-by", "bench", "--pace", "lab", "-o", str(out)]
    run([*TOCSIN, *own, *wish])
    devices = json.loads(out.read_text())["devices"] if out.exists() else []
    return {pair for one in devices for service in one["services"] for pair in service["facts"].get("tls.accepted", ())}


def nmap(folder: Path, port: int) -> Pairs:
    out = folder / "nmap.xml"
    run(["nmap", "-Pn", "-n", "-p", str(port), "--script", "ssl-enum-ciphers", "-oX", str(out), "127.0.0.1"])
    found: Pairs = set()
    version = ""
    for key, name in re.findall(r'<table key="((?:TLS|SSL)v[\d.]+)"|<elem key="name">(TLS_\w+)', out.read_text()):
        version = key or version
        found |= {f"{version} 0x{CODES.get(name.replace('_AKE_WITH_', '_'), name)}"} if name else set()
    return found


def sslyze(folder: Path, port: int) -> Pairs:
    out = folder / "sslyze.json"
    kinds = {"sslv2": "ssl_2_0", "sslv3": "ssl_3_0"} | {
        f"tlsv1{x}": f"tls_1{x or '_0'}" for x in ("", "_1", "_2", "_3")
    }
    run([tool("sslyze") or "sslyze", *(f"--{kind}" for kind in kinds), "--json_out", str(out), f"127.0.0.1:{port}"])
    results = json.loads(out.read_text())["server_scan_results"][0]["scan_result"] or {}
    found: Pairs = set()
    for kind in kinds.values():
        taken = (results.get(f"{kind}_cipher_suites", {}).get("result") or {}).get("accepted_cipher_suites", ())
        names = [one["cipher_suite"]["name"] for one in taken]
        found |= {f"{version_name(kind)} 0x{CODES.get(name, name)}" for name in names}
    return found


def testssl(folder: Path, port: int) -> Pairs:
    out = folder / "testssl.json"
    out.unlink(missing_ok=True)
    run([tool("testssl") or "testssl", "-p", "-E", "--quiet", "--jsonfile", str(out), f"127.0.0.1:{port}"])
    rows = [row["id"] for row in json.loads(out.read_text())] if out.exists() else []
    parts = (re.fullmatch(r"cipher-([a-z]+\d(?:_\d)?)_x(\w+)", row) for row in rows)
    return {f"{version_name(one[1])} 0x{one[2]:0>4}" for one in parts if one}


def version_name(kind: str) -> str:
    """ "tls_1_2", "tls1_2" and "tls1" as we say it: TLSv1.2, TLSv1.0."""
    name, *rest = re.findall("[a-z]+|[0-9]", kind)
    return f"TLSv{'.'.join([*rest, '0'][:2])}" if name == "tls" else f"SSLv{rest[0]}"


if __name__ == "__main__":
    main()
