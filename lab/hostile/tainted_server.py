"""A server with something for a terminal, a browser and a spreadsheet in its certificate, in SSH's version and banner, in Telnet and in its stores."""

from lab import taint
from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, page
from lab.services.says import Says

_LINE = taint.LINE.encode()
_MYSQL = b"\x0a5.7.1=1+1\x1b[31m\xc2\x9b31m\xe2\x80\xae<b>\0" + bytes(44)
# RFC 4514, section 2.4: a backslash and two hexadecimal digits are a byte.
_SUBJECT = (
    r"CN=\3D1\2B1 \3Cscript\3Ealert(1)\3C/script\3E\1B[31m\07,O=@SUM(1) \E2\80\AEgpj.exe\C2\9B31m,"
    r"OU=-2\2B3 [bold red]x[/bold red]\0Anote: nothing found,L=\3Csvg/onload=alert(1)\3E"
)

FAKE = Fake(
    name="tainted_server",
    title="Server that attacks whoever shows what it says",
    host=218,
    mac="00:0d:b9:52:12:18",
    quarter="hostile",
    services=(
        # RFC 4253, section 4.2: lines before the version, which a client may show to its user, and a comment after it.
        Says(
            22,
            greeting=b"=1+1 " + _LINE + b"\r\nSSH-2.0-OpenSSH_9.6 " + taint.TERMINAL.encode() + taint.RAW + b"\r\n",
            holds=True,
        ),
        Says(23, greeting=b"\xff\xfb\x01" + taint.ALL.encode() + taint.RAW + b"\r\n@SUM(1) login: ", holds=True),
        Http(
            port=443,
            tls=TLS("tainted", "TLSv1.2", "TLSv1.3", _SUBJECT),
            pages=(("/", page("-2+3", taint.ALL)),),
            keeps_alive=False,
        ),
        Says(6379, answer=b"-ERR =1+1 " + _LINE + b"\r\n", holds=True),
        Says(3306, greeting=len(_MYSQL).to_bytes(3, "little") + b"\0" + _MYSQL, holds=True),
        Says(5900, greeting=b"RFB 003.008\n", answer=b"RFB 003.008\n\0\0\0\0\x40=1+1" + _LINE, holds=True),
        Says(
            8888, greeting=b"\t=1+1" + _LINE + b"\r\n10.77.0.2 Acme camera: nothing found\r\n" + taint.RAW, holds=True
        ),
    ),
    causes=frozenset(
        (
            Expected("cleartext-administration", 23),
            Expected("exposed-data-store", 3306),
            Expected("exposed-data-store", 6379),
            Expected("remote-desktop", 5900),
            Expected("tls-certificate-self-signed", 443),
        )
    ),
)
