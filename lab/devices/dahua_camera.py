"""A camera with TLS of 2010: old versions, a short key, a broken signature."""

from lab.account import CHANGED, Account
from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, icon, page
from lab.services.rpc2 import rpc2
from lab.services.rtsp import Rtsp

_SERIAL = "3K04ABCPAJ00123"
_PAGES = (("/", page("WEB SERVICE", "Please log in", form=True)),)
_LOGIN = rpc2(f"Login to {_SERIAL}", CHANGED)

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
            tls=TLS("factory-1024-sha1", "TLSv1", "TLSv1.2", "CN=Dahua,OU=DahuaTech,O=Dahua,L=HangZhou,C=CN"),
            pages=_PAGES,
            favicon=icon("dahua"),
            applications=_LOGIN,
        ),
        Rtsp(server="Rtsp Server/2.0", realm=f"Login to {_SERIAL}", account=Account("admin")),
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
)
