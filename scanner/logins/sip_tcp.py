"""SIP over TCP, and inside TLS: the same requests as over UDP (`scanner/logins/sip.py`), where a device registers over a stream only."""

from scanner.logins.sip import attempt

__all__ = ["NAME", "attempt"]
NAME = "sip_tcp"
