"""A tarpit for Telnet: a banner that never comes to its prompt, a byte a second."""

from lab.fake import Expected, Fake
from lab.services.says import Says

FAKE = Fake(
    name="stalling_server",
    title="Tarpit for Telnet",
    host=239,
    mac="00:0d:b9:52:12:39",
    quarter="hostile",
    services=(Says(23, endless=b"Please wait", seconds=1.0),),
    causes=frozenset((Expected("cleartext-administration", 23),)),
)
