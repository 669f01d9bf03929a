"""Coverage-guided fuzzing of all that reads what devices say: python -m pip install atheris, then

    python bench/fuzz.py [SECONDS [FOLDER]]        (default: 60 seconds, corpus in /tmp/tocsin-fuzz)

Each input picks a protocol and is what its device says; or it is a frame that is overheard; or a file that is imported. Whatever that is, a conversation must
end in facts or in a `PeerError`, say nothing that its SAYS does not declare, learn only facts that its FACTS declares, keep every text visible, and leave the
fingerprints something they can read; and the same goes for frames and files.
"""

import os
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["scanner", "inventory"], enable_loader_override=False):
    from inventory.errors import OperatorError, PeerError
    from inventory.model import Endpoint, Facts, FactValue, Observation
    from inventory.text import visible
    from scanner.codecs.packet import decode
    from scanner.conversation import EVIDENCE_LIMIT, Depth, Heard, ProtocolModule, Target
    from scanner.fingerprint import fingerprint
    from scanner.guards import declared
    from scanner.imports import facts as imported_facts
    from scanner.imports import load_kinds
    from scanner.passive import facts as heard_facts
    from scanner.passive import hear
    from scanner.protocols import load_protocols
    from scanner.source import Broken, Source
    from scanner.tls.preludes import PRELUDES

from tests.conftest import Recorded
from tests.holding import hold_with

PROTOCOLS = tuple(load_protocols().values())
KINDS = tuple(load_kinds().values())
FILE = Path(tempfile.gettempdir()) / f"tocsin-fuzzed-{os.getpid()}"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
_MARK = b"\xa5\x5a\xa5"
"""Parts the answers in an input: one for each connection, over UDP one for each datagram."""
_STEPS = {Depth.VERSIONS: 4096, Depth.POSTURE: 4096, Depth.FULL: 16384}
"""Steps that a conversation may take besides one for each byte that it is told."""
_DEPTHS = (*Depth, Depth.POSTURE)
_COMMANDS = ("", *PRELUDES)


class Fuzzed(Recorded):
    """The other side, which checks what is said to it, and gives up where a conversation does not end."""

    def __init__(self, protocol: ProtocolModule, depth: Depth, answers: list[bytes], cut: int, silent: bool) -> None:
        super().__init__(answers, cut, silent)
        self._protocol = protocol
        self._most = _STEPS[depth]
        self._steps = -sum(map(len, answers))

    def answer(self, step: object) -> bytes:
        self._steps += 1
        assert self._steps < self._most, f"{self._protocol.NAME} does not end"
        said = len(self.sent)
        heard = super().answer(step)  # type: ignore[arg-type]  # whatever it yields
        for request in self.sent[said:]:
            declared(self._protocol.SAYS, request)
        return heard


def one_input(data: bytes) -> None:
    """The first byte picks the reader; of a protocol the second says how the answers come, and how deep TLS is asked; the rest are the answers.

    Of TLS the third says by which command it is opened, if it has its high bit.
    """
    if len(data) < 3:
        return
    choice = data[0] % (len(PROTOCOLS) + len(KINDS) + 1)
    if choice < len(PROTOCOLS):
        one_conversation(PROTOCOLS[choice], data)
    elif choice < len(PROTOCOLS) + len(KINDS):
        one_file(choice - len(PROTOCOLS), data[1:])
    else:
        one_frame(data[1:])


def one_frame(data: bytes) -> None:
    frame = decode(data[1:], (1, 1, 113, 101)[data[0] & 3])
    for seen in hear(frame) if frame else ():
        shown(seen.facts, heard_facts())


def one_file(kind: int, data: bytes) -> None:
    FILE.write_bytes(data)
    with Source(FILE) as source:
        try:
            for seen in KINDS[kind].read(source):
                shown(seen.facts, {**heard_facts(), **imported_facts()})
        except (Broken, OperatorError) as why:
            sentence = str(why)
            if visible(sentence) != sentence:
                raise


def shown(facts: Facts, known: Mapping[str, str]) -> None:
    assert set(facts) <= set(known), set(facts) - set(known)
    for name, value in facts.items():
        assert all(visible(text) == text for text in _texts(value)), (name, value)


def one_conversation(protocol: ProtocolModule, data: bytes) -> None:
    command, depth = "", _DEPTHS[data[1] >> 4 & 3]
    if protocol.NAME == "tls" and data[2] & 0x80:
        command, data = _COMMANDS[data[2] % len(_COMMANDS)], data[:2] + data[3:]
    endpoint = Endpoint("192.0.2.7", 80, protocol.TRANSPORT)
    target = Target(endpoint, community="public", tls=bool(data[1] & 1), depth=depth, starttls=command)
    peer = Fuzzed(protocol, depth, data[2:].split(_MARK), (0, 0, 1, 7)[data[1] >> 1 & 3], bool(data[1] & 8))
    try:
        heard = hold_with(protocol.probe(target), peer.answer)
    except PeerError:
        return
    judge(protocol, heard, target)


def judge(protocol: ProtocolModule, heard: Heard, target: Target) -> None:
    """Hold what was heard against what was promised."""
    assert isinstance(heard, Heard)
    assert isinstance(heard.evidence[:EVIDENCE_LIMIT], bytes)
    for facts in (heard.facts, *(facts for _, facts in heard.parts)):
        shown(facts, protocol.FACTS)
        fingerprint([Observation(target.endpoint, protocol.NAME, facts, heard.evidence, NOW)], None)
    for lead in heard.leads:
        assert lead.target.endpoint.address == target.endpoint.address


def _texts(value: FactValue) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()


def seeds(folder: Path) -> None:
    """What the fakes of the lab answer over UDP, and every recorded answer, as first inputs."""
    from lab.fake import Datagram, Log, Manners, Visit, load_fakes

    recorded = [path.read_bytes() for path in sorted(Path("tests/bytes").rglob("*")) if path.is_file()]
    for number, protocol in enumerate(PROTOCOLS):
        inputs = [bytes((number, 0)) + answer for answer in recorded if protocol.TRANSPORT == "tcp"]
        for fake in load_fakes() if protocol.TRANSPORT == "udp" else ():
            visit = Visit("192.0.2.1", Log(), Manners())
            answers: list[bytes] = []
            services = [s for s in fake.services if isinstance(s, Datagram) and s.port in _ports(protocol)]
            for service in services:
                _overhear(protocol, service.answer, visit, answers)
            inputs += [bytes((number, 0)) + _MARK.join(answers)] if answers else []
        for at, one in enumerate(inputs):
            (folder / f"seed-{protocol.NAME}-{at}").write_bytes(one[:65536])


def _ports(protocol: ProtocolModule) -> tuple[int, ...]:
    return protocol.PORTS or tuple(range(1, 65536))


def _overhear(protocol: ProtocolModule, answer: object, visit: object, answers: list[bytes]) -> None:
    """Hold the conversation with a fake's service, and keep what it answered."""
    from inventory.errors import TimedOut
    from scanner.conversation import Send, Step

    pending: list[bytes] = []

    def reply(step: Step) -> bytes:
        if isinstance(step, Send):
            said = answer(step.data, visit)  # type: ignore[operator]
            pending.extend([said] if said else [])
            return b""
        if not pending:
            raise TimedOut
        answers.append(pending.pop(0))
        return answers[-1]

    try:
        hold_with(protocol.probe(Target(Endpoint("192.0.2.7", 1, "udp"), community="public")), reply)
    except PeerError:
        return


def main() -> None:
    seconds = sys.argv[1] if len(sys.argv) > 1 else "60"
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "/tmp/tocsin-fuzz")
    folder.mkdir(parents=True, exist_ok=True)
    seeds(folder)
    options = [f"-max_total_time={seconds}", "-max_len=65536", "-timeout=10", "-rss_limit_mb=2048", str(folder)]
    atheris.Setup([sys.argv[0], *options], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
