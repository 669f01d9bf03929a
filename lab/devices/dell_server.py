"""A server whose management processor is kept well: a certificate of the city, and no IPMI over the network."""

from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, icon, page

_SERIAL = "7H2KX42"

FAKE = Fake(
    name="dell_server",
    quarter="outskirts",
    title="Server management, well kept",
    host=106,
    mac="d0:94:66:3d:10:6a",
    vendor="Dell",
    kind="server",
    serial=_SERIAL,
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", f"CN=idrac-{_SERIAL},OU=Data Centre,O=Lab City"),
            server="Apache",
            pages=(("/", page("iDRAC9 - Login")),),
            favicon=icon("idrac"),
        ),
    ),
    causes=frozenset((Expected("firmware-unknown", 0),)),
)
