"""One of two meters of one serial number and one MAC address: copies of a copy, or a factory that forgot to count."""

from lab.account import Account
from lab.fake import Expected, Fake
from lab.services.http import Http, page
from lab.services.ssdp import Ssdp
from lab.services.ssh import Ssh
from lab.services.upnp import description

MAC, SERIAL = "00:03:ea:52:12:33", "SN52123300"


def twin(name: str, host: int, firmware: str, model: str, of: str = "") -> Fake:
    """One of the two."""
    udn = f"uuid:0003ea52-1233-1000-8000-{host:012d}"
    return Fake(
        name=name,
        title="Meter that shares its serial number and its MAC address with another",
        host=host,
        mac=MAC,
        model=model,
        serial=SERIAL,
        quarter="hostile",
        twin_of=of,
        services=(
            Ssh(version="dropbear_2020.81", account=Account("root")),
            Http(port=8080, pages=(("/", page(model)),), keeps_alive=False),
            Ssdp(udn=udn, location="http://{address}:49152/d.xml"),
            description(
                49152, "/d.xml", udn, manufacturer="Twin", modelName=model, modelNumber=firmware, serialNumber=SERIAL
            ),
        ),
        causes=frozenset((Expected("component-old", 22),)),
    )


FAKE = twin("twin_meter", 233, "1.0", "TM-1")
