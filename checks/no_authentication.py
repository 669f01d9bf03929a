"""A service lets everyone in: it does not ask for an account at all.

What: an MQTT broker accepts a connection that carries no credentials, a Telnet port shows a command shell without a login, or a VNC server offers its
desktop without a password (security type None). Tocsin connects, reads the answer and leaves: it subscribes to no topic but the broker's version, types
no command and opens no desktop.

Why it matters in a city: through an open broker anyone reads what every lamp, meter and parking sensor reports, and sends commands in the gateway's
name. An open shell is the whole device, and from there the network behind it. An open desktop is the kiosk's or the operator's own mouse and keyboard:
whoever finds it sells tickets to himself or switches the pumps.

How to fix: turn anonymous access off and give each client its own account or certificate (mosquitto: `allow_anonymous false` and a password file).
Turn the Telnet service off, or set a login for it where the maker offers no SSH. Set a password in the VNC server, or better, let it listen on the
device itself only and reach it through SSH or a VPN.
"""

from checks.contract import Flaw, Judgement, check
from inventory.model import Device, Family, Severity


@check(
    id="no-authentication",
    title="A service lets everyone in without an account",
    severity=Severity.HIGH,
    family=Family.CREDENTIALS,
    needs=("mqtt", "telnet", "vnc"),
    remedy="Turn anonymous access off and give each client its own account.",
    standards=(
        "CWE-306",
        "ETSI EN 303 645 v3.1.3: 5.5-5",
        "EU CRA 2024/2847 Annex I: Part I (2)(d)",
        "OWASP IoT Top 10 2018: I9",
    ),
)
def no_authentication(device: Device) -> Judgement:
    """Brokers that accept a nameless client, Telnet ports that open on a shell, and desktops without a password."""
    for seen in device.speaking("mqtt", "telnet", "vnc"):
        if seen.facts.get("mqtt.anonymous") is True:
            yield Flaw(
                seen.endpoint,
                "The MQTT broker accepted a connection without credentials (CONNACK return code 0).",
                seen.evidence,
                remedy="Turn anonymous access off in the broker (mosquitto: allow_anonymous false) and give each client its own account or certificate.",
            )
        elif seen.facts.get("telnet.prompt") == "shell":
            yield Flaw(
                seen.endpoint,
                "Telnet showed a command shell without asking for a login.",
                seen.evidence,
                remedy="Turn the Telnet service off, or set a login for it, and let only the maintenance network reach it.",
            )
        elif seen.facts.get("vnc.no_authentication") is True:
            yield Flaw(
                seen.endpoint,
                "The VNC server offers its desktop without a password (security type None).",
                seen.evidence,
                remedy="Set a password in the VNC server, or let it listen on the device only and reach it through SSH or a VPN.",
            )
    return "asks for an account wherever it was asked"
