"""The host to which the straying camera points: nobody has permitted anybody to ask it, and it notes whoever comes as harm."""

from lab.fake import Fake
from lab.services.astray import OTHER, Private, PrivateDatagrams

FAKE = Fake(
    name="private_host",
    title="Host that nobody may ask",
    host=OTHER,
    mac="00:0d:b9:52:12:50",
    quarter="private",
    services=(
        *(Private(port) for port in (22, 23, 80, 443, 8000, 8080)),
        *(PrivateDatagrams(port) for port in (161, 1900, 3702)),
    ),
    causes=frozenset(),
)
