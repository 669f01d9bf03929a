"""A database, a cache or a message broker is reachable from the network, though it asks for an account.

What: the service that keeps a system's data answers anybody who connects, and asks for an account. Those that ask for none are the finding no-authentication,
and are not reported twice. What it means differs:

- Databases and caches (MySQL, PostgreSQL, SQL Server, Oracle, Redis, MongoDB, memcached, Elasticsearch, InfluxDB, CouchDB): medium. Their only client
  is, as a rule, the program beside them on the same machine, or one server. MySQL that refuses this scanner's address is not reported.
- A message broker (MQTT, AMQP) is there to be reached, so what is reported is that it is reached in clear: low. MQTT inside TLS that asks for an account is as
  it should be.
- A directory (LDAP) in clear: low. Its clients are many; what matters is that their passwords go over the network unless each of them asks for TLS.

Why it matters in a city: in the database of a parking or an access control system stand the plates, the cards and who went where. A port that anybody reaches
lets anybody guess passwords day and night, and every hole of the server program is open to the whole segment before the next update comes.

How to fix: let the server listen on its own machine only where its program runs there too (MySQL: bind-address, PostgreSQL: listen_addresses, Redis: bind,
MongoDB: net.bindIp). Else let only the hosts that need it reach its port. A broker: offer 8883 with TLS and close 1883. Where a kind of device is meant to
offer such a service, say so in the policy, and it is not reported.
"""

from checks.contract import Judgement, check
from checks.exposure import exposed
from checks.policy import Policy
from checks.standards import clauses
from inventory.model import Device, Family, Severity


@check(
    id="exposed-data-store",
    title="A database or broker is reachable from the network",
    severity=Severity.MEDIUM,
    family=Family.PORTS,
    remedy="Let the server listen on its own machine, or let only the hosts that need it reach its port.",
    standards=clauses("open-ports", "CWE-668", "CWE-1327"),
    sources=("the makers' manuals and standards, each row with its own source",),
    informed=("policy",),
)
def exposed_data_store(device: Device, policy: Policy | None = None) -> Judgement:
    """Every row of the table that belongs here."""
    return (yield from exposed(device, "exposed-data-store", policy))
