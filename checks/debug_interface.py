"""A debugger's interface is on the network.

What: a service that is made for the workshop, by which a developer halts, reads and alters what runs.

- ADB, the debug bridge of Android (5555), that takes commands from anybody. Critical: a shell and the installing of programs, without a key. Where it asks for
  a key: medium, for it should be off, and one touch on the screen approves a stranger's.
- OpenOCD (4444), the console of a board's debug port (JTAG, SWD). Critical: it halts the processor and writes its flash.
- The WDB agent of VxWorks (17185/udp). Critical as a rule, but at most high here: it is known by its port alone, which an import or a capture has seen.
- A port of gdbserver, J-Link or OpenOCD for GDB (2159, 2331, 2345, 3333), or OpenOCD's Tcl port (6666). Known by the number alone, so inferred.

Tocsin says CNXN to ADB and reads the answer; it opens no shell and shows no key. It listens to OpenOCD's greeting. It asks the WDB agent nothing, for that
serves one debugger at a time. The ports for GDB it never connects to, because a connection alone stops what is debugged: they are not asked by default, and
where the operator names them, half open only.

Why it matters in a city: signs, kiosks, ticket machines and players are Android boxes whose maker forgot to turn the bridge off; worms that look for port 5555
take them within hours and go on from there. A debug adapter that was left on a controller in a cabinet is its factory door: no password of the device holds it.

How to fix: turn the debug service off: in Android's developer options, in the start-up script, in the build of the firmware. Take debug adapters off the boards
when the work is done. Where a maker ships devices with it on, ask for firmware without it, and until then let nothing reach the port.
"""

from checks.contract import Act, Judgement, check
from checks.exposure import exposed
from checks.policy import Policy
from checks.standards import clauses
from inventory.model import Device, Family, Severity


@check(
    id="debug-interface",
    title="A debugger's interface is reachable",
    severity=Severity.HIGH,
    family=Family.PORTS,
    remedy="Turn the debug service off, and let nothing reach its port until then.",
    standards=clauses("open-ports", "CWE-489"),
    informed=("policy",),
    act=Act.SWITCH_OFF,
    sources=("CWE-489: Active Debug Code",),
)
def debug_interface(device: Device, policy: Policy | None = None) -> Judgement:
    """Every row of the table that belongs here."""
    return (yield from exposed(device, "debug-interface", policy))
