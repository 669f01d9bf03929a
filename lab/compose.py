"""The lab as a file for Docker Compose: each fake a container of its own on a network without a way out, and the scanner beside them.

Only what docker-compose 1.29 and Compose v2 both know is used, so the MAC address stands at the service and not at its network, and there is no `version`.
"""

from collections.abc import Iterator

from lab.fake import Fake, load_fakes, load_hostile
from lab.plan import ALL, CENTRE, PlanError

BRIDGE_HOST = 254
"""The address that Docker wants a bridge to have. The bridge does not get it, so that nobody is there and the scanner finds no host that is none."""
_NETWORK = "10.77.${SEAT:-0}"

_HEAD = """\
# The lab in Docker, written by `tocsin-lab compose -o lab/compose.yaml`; do not edit it. From the root of the repository:
#   docker compose -f lab/compose.yaml build scanner        the one image of all
#   mkdir -p out && docker compose -f lab/compose.yaml run --rm scanner
#   docker compose -f lab/compose.yaml run --rm scanner tocsin-lab verify /out/report.json --record /records
#   docker compose -f lab/compose.yaml --profile "*" down -v   (docker-compose 1.29: --profile all --profile scan)
# Without a profile it is the centre of the city; `--profile all` is all of it.
# SEAT (0 to 255) is the third number of the network, for several labs on one machine, each with a project name (-p) of its own.
# UID and GID say who the scanner is, which must be able to write ./out; OUT is another folder than that. BASE is the image that ours is built on.
# Where many labs stand on one machine, HEALTH_INTERVAL=2m: every look costs the engine about a fifteenth of a second of one core.
# docker-compose 1.29 waits for itself where it has more to start at once than COMPOSE_PARALLEL_LIMIT (64): for the whole city export 400, and
# COMPOSE_HTTP_TIMEOUT=600.

x-build: &build
  context: ..
  dockerfile: lab/Dockerfile
  network: "${BUILD_NETWORK:-default}"
  args:
    BASE: "${BASE:-python:3.12-slim}"

x-guarded: &guarded
  image: "${TOCSIN_LAB_IMAGE:-tocsin-lab}"
  read_only: true
  cap_drop: [ALL]
  restart: "no"
  pids_limit: 64
  dns: ["127.0.0.1"]  # names outside are asked of nobody: Docker would ask them for us, and so past the network's end (CVE-2024-29018)

x-fake: &fake
  <<: *guarded
  user: "65534:65534"
  security_opt: ["no-new-privileges:true"]
  sysctls: {net.ipv4.ip_unprivileged_port_start: "0"}  # ports below 1024 without a capability
  mem_limit: 128m
  stop_grace_period: 3s
  volumes: ["records:/records", "kept:/kept"]

x-ready: &ready
  interval: "${HEALTH_INTERVAL:-30s}"  # each costs more than the device itself does when it is idle
  timeout: 10s
  retries: 8

networks:
  city:
    internal: true
    driver_opts: {com.docker.network.bridge.inhibit_ipv4: "true"}
    ipam:
      config: [{subnet: "NETWORK.0/24", gateway: "NETWORK.BRIDGE"}]

volumes:
  records:
  kept:

services:
"""

_SCANNER = """\
  scanner:
    <<: *guarded
    build: *build
    profiles: [scan]
    user: "${UID:-1000}:${GID:-1000}"
    cap_add: [NET_RAW]  # ARP and SYN, by the capability of the interpreter's file in the image
    mem_limit: 1g
    mac_address: "02:54:4f:43:00:01"
    networks: {city: {ipv4_address: "NETWORK.1"}}
    tmpfs: [/tmp]
    volumes: ["${OUT:-../out}:/out", "records:/records:ro"]
    environment: {CITY: "NETWORK.0/24", TOCSIN_STORE: /out/tocsin.db, TOCSIN_AUDIT: /out/audit.jsonl}
    command:
      - sh
      - -c
      - >-
        test -w /out || { echo "The scanner may not write ./out as user $$(id -u), for it belongs to user $$(stat -c %u /out).
        Make it yours (sudo chown $$(id -u) out), or let the scanner be who it belongs to (export UID GID, before docker compose)." >&2; exit 2; };
        exec tocsin scan "$$CITY" --level login --authorised-by "the lab itself" --pace lab
        -o /out/report.json -o /out/report.txt
    depends_on:
"""


def compose() -> str:
    """The text of the file; raises `PlanError` where a fake stands where Docker wants its bridge."""
    fakes = sorted((*load_fakes(), *load_hostile()), key=lambda fake: fake.host)
    centre = [fake for fake in fakes if fake.quarter == CENTRE]
    if taken := [fake.name for fake in fakes if fake.host >= BRIDGE_HOST]:
        raise PlanError(f"{', '.join(taken)}: Docker's bridge has the host number {BRIDGE_HOST}, and no fake may")
    parts = [_HEAD, *(_service(fake, builds=fake is centre[0]) for fake in fakes), _SCANNER]
    parts += [f"      {service_name(fake)}: {{condition: service_healthy}}\n" for fake in centre]
    return "".join(parts).replace("NETWORK.", f"{_NETWORK}.").replace("BRIDGE", str(BRIDGE_HOST))


def _is_first_with_its_mac(fake: Fake) -> bool:
    """Whether no hostile fake before this one has its MAC address: a bridge has room for one, and the other gets what Docker gives it."""
    return next(one for one in load_hostile() if one.mac == fake.mac) is fake


def service_name(fake: Fake) -> str:
    """What a fake is called as a service, which is also its name on the network: a host name has no underscore (RFC 952)."""
    return fake.name.replace("_", "-")


def _service(fake: Fake, *, builds: bool) -> str:
    return "".join(f"  {line}\n" if line else "\n" for line in _lines(fake, builds=builds))


def _lines(fake: Fake, *, builds: bool) -> Iterator[str]:
    record, address = f"/records/{fake.name}.json", f"NETWORK.{fake.host}"
    yield f"{service_name(fake)}:"
    yield "  <<: *fake"
    if builds:  # one is enough for both programs to know how the image of all is made
        yield "  build: *build"
    if fake.quarter != CENTRE:
        yield f"  profiles: [{fake.quarter}, {ALL}]" if fake in load_fakes() else f"  profiles: [{fake.quarter}]"
    if fake not in load_hostile() or _is_first_with_its_mac(fake):
        yield f'  mac_address: "{fake.mac}"'
    yield f'  networks: {{city: {{ipv4_address: "{address}"}}}}'
    yield f'  command: [tocsin-lab, serve, {fake.name}, --address, "{address}", --record, {record}, --keep, /kept]'
    yield f"  healthcheck: {{<<: *ready, test: [CMD, test, -e, {record}]}}"
    yield ""
