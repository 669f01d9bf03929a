"""A LoRa gateway on a roof that is kept well: TLS 1.3 only, a certificate of the city's own."""

from lab.account import Account
from lab.fake import TLS, Fake
from lab.services.http import Http, page
from lab.services.ssh import Ssh

FAKE = Fake(
    name="lora_gateway",
    title="LoRa gateway, well kept",
    host=132,
    mac="70:76:ff:05:a3:32",
    vendor="Kerlink",
    model="Wirnet iFemtoCell",
    kind="gateway",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.3", "TLSv1.3", "CN=klk-fevo-05a332.lab,O=Lab City"),
            pages=(("/", page("Wirnet iFemtoCell", form=True)),),
        ),
        Ssh(version="dropbear_2024.85", account=Account("root")),
    ),
    unique=("klk-fevo-05a332",),
    causes=frozenset(),
)
