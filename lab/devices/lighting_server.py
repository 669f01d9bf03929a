"""A lighting server with every database in the network, and each asks for a password of its own."""

from lab.account import Account
from lab.fake import TLS, Expected, Fake
from lab.services.http import Http, page
from lab.services.memcached import Memcached
from lab.services.mongodb import MongoDb
from lab.services.mysql import CACHING, MySql
from lab.services.postgresql import PostgreSql
from lab.services.redis import Redis

FAKE = Fake(
    name="lighting_server",
    title="Lighting server, its databases locked",
    host=180,
    mac="00:17:88:5c:0b:80",
    vendor="Signify",
    model="CityTouch",
    kind="lighting-gateway",
    quarter="outskirts",
    services=(
        Http(
            port=443,
            tls=TLS("modern", "TLSv1.2", "TLSv1.3", "CN=citytouch-80.lab,O=Lab City"),
            pages=(("/", page("CityTouch LightGateway", form=True)),),
        ),
        Redis(account=Account("default")),
        PostgreSql(account=Account("postgres")),
        MySql(account=Account("root"), version="8.0.36", plugin=CACHING),
        Memcached(locked=True),
        MongoDb(locked=True),
    ),
    unique=("citytouch-80",),
    causes=frozenset(Expected("exposed-data-store", port) for port in (3306, 5432, 6379, 11211, 27017)),
)
