"""A camera with TLS of 2010: old versions, a short key, a broken signature."""

from lab.account import CHANGED, Account
from lab.fake import TLS, Expected, Fake
from lab.measures import found, redirect, reset
from lab.services.http import Http, icon, page
from lab.services.rpc2 import rpc2
from lab.services.rtsp import Rtsp
from lab.services.telnet import Telnet
from lab.settings import Change, Choice

_SERIAL = "3K04ABCPAJ00123"
_PAGES = (("/", page("WEB SERVICE", "Please log in", form=True)),)
_LOGIN = rpc2(f"Login to {_SERIAL}", CHANGED, "IPC-HFW4300S")

_TLS = TLS("factory-1024-sha1", "TLSv1", "TLSv1.2", "CN=Dahua,OU=DahuaTech,O=Dahua,L=HangZhou,C=CN")
# The stream is for an account of its own, which a reset of the administrator does not touch.
_STREAM = Account("viewer")
_TELNET = Choice(
    "telnet",
    "Telnet",
    (
        ("off", Change()),
        ("on", Change(opens=(Telnet(account=Account("root")),), causes=found(23, "cleartext-administration"))),
    ),
)
_SOUND = Choice(
    "tls",
    "Lowest version of TLS",
    (
        ("1.0", Change()),
        (
            "1.2",
            Change(
                ((_TLS, TLS("modern", "TLSv1.2", "TLSv1.2", "CN=camera-11.lab,O=Lab City")),),
                lifts=found(
                    443,
                    "tls-old-version",
                    "tls-certificate-weak-key",
                    "tls-certificate-weak-signature",
                    "tls-certificate-self-signed",
                    "tls-certificate-hygiene",
                    "tls-hardening",
                ),
            ),
        ),
    ),
)

FAKE = Fake(
    name="dahua_camera",
    title="Camera with TLS 1.0 and an RSA-1024 SHA-1 certificate of its own",
    host=11,
    mac="3c:ef:8c:5d:20:11",
    vendor="Dahua",
    kind="camera",
    serial=_SERIAL,
    unique=(_SERIAL,),
    services=(
        Http(pages=_PAGES, favicon=icon("dahua"), applications=_LOGIN),
        Http(
            port=443,
            tls=_TLS,
            pages=_PAGES,
            favicon=icon("dahua"),
            applications=_LOGIN,
        ),
        Rtsp(server="Rtsp Server/2.0", realm=f"Login to {_SERIAL}", account=_STREAM),
    ),
    causes=frozenset(
        (
            Expected("http-not-redirected", 80),
            *(
                Expected(check, 443)
                for check in (
                    "tls-old-version",
                    "tls-certificate-weak-key",
                    "tls-certificate-weak-signature",
                    "tls-certificate-self-signed",
                    "tls-certificate-hygiene",
                    "tls-hardening",
                    "tls-advice",
                )
            ),
            Expected("firmware-unknown", 0),
        )
    ),
    settings=(
        _TELNET,
        reset(CHANGED, Account("admin", "admin"), 80, 443),
        redirect(),
        _SOUND,
    ),
    state="shipped",
    states=(
        ("neglected", (("telnet", "on"),)),
        (
            "kept",
            (
                ("redirect", "on"),
                ("tls", "1.2"),
            ),
        ),
    ),
)
