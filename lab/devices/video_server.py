"""The video store's server: its management processor lets in whoever gives no name, or gives one without a password."""

from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, page
from lab.services.ipmi import Ipmi

FAKE = Fake(
    name="video_server",
    title="Server whose management lets in whoever gives no name",
    host=195,
    mac="ac:1f:6b:91:01:95",
    vendor="Supermicro",
    kind="server",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=video-2-bmc,OU=Data Centre,O=Lab City"),
            pages=(("/", page("Supermicro BMC Login", form=True)),),
        ),
        Ipmi(kinds=0x85, state=0x25, extended=0x03, oem=10876),
    ),
    causes=frozenset((Expected("ipmi-weak-login", 623, "udp"), Expected("firmware-unknown", 0))),
)
