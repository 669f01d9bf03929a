"""A program that runs in a namespace: hold one conversation through the real wire, and print what was heard, or the error's name, as JSON.

Its command line: the protocol, the address, the port, the path, and the file for the audit trail.
"""

import asyncio
import json
import sys
from ipaddress import ip_network
from pathlib import Path

from inventory.errors import PeerError
from inventory.model import Endpoint, Level
from scanner.audit import Audit
from scanner.conversation import Target
from scanner.pace import PACES
from scanner.protocols import load_protocols
from scanner.scope import Grant, Scope
from scanner.wire import Wire


async def main(name: str, address: str, port: str, path: str, trail: str) -> None:
    """Ask once."""
    protocol = load_protocols()[name]
    grant = Grant((ip_network("10.99.0.0/16"), ip_network("127.0.0.0/8")), (), Level.IDENTIFY, "the test")
    with Audit(Path(trail)) as audit:
        wire = Wire(Scope((grant,)), PACES["lab"], audit, level=Level.IDENTIFY)
        try:
            heard = await wire.hold(protocol, Target(Endpoint(address, int(port), protocol.TRANSPORT), path=path))
        except PeerError as error:
            sys.stdout.write(json.dumps({"error": type(error).__name__}))
            return
    leads = [(lead.protocol, lead.target.endpoint.port, lead.target.path) for lead in heard.leads]
    sys.stdout.write(json.dumps({"facts": dict(heard.facts), "leads": leads}))


asyncio.run(main(*sys.argv[1:]))
