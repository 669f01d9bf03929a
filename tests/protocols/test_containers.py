import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import PeerError
from inventory.model import Device, Endpoint, Observation
from scanner.conversation import Target
from scanner.protocols import containers

TARGET = Target(Endpoint("192.0.2.1", 2375))
# Recorded over 127.0.0.1 from dockerd 20.10.24 (Debian 12), some members left out.
DOCKER = (
    b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\nDocker-Experimental: false\r\nOstype: linux\r\n"
    b"Server: Docker/20.10.24+dfsg1 (linux)\r\nDate: Sat, 21 Nov 2026 20:28:45 GMT\r\nConnection: close\r\n\r\n"
    b'{"Platform":{"Name":""},"Components":[{"Name":"Engine","Version":"20.10.24+dfsg1","Details":{"ApiVersion":"1.41"}}],'
    b'"Version":"20.10.24+dfsg1","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux","Arch":"amd64"}\n'
)
# Recorded over 127.0.0.1 from etcd 3.4.23 (Debian 12).
ETCD = (
    b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Type: application/json\r\nContent-Length: 45\r\nConnection: close\r\n\r\n"
    b'{"etcdserver":"3.4.23","etcdcluster":"3.4.0"}'
)
# The Kubernetes API reference, version.Info; and the Status of a server with --anonymous-auth=false.
KUBERNETES = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    b'{"major": "1", "minor": "27", "gitVersion": "v1.27.4+k3s1", "goVersion": "go1.20.6", "platform": "linux/arm64"}'
)
UNAUTHORIZED = (
    b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    b'{"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": "Unauthorized", "code": 401}'
)


def device(*heard):
    when = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    seen = tuple(
        Observation(Endpoint("192.0.2.1", port), protocol, facts, b"", when) for protocol, port, facts in heard
    )
    return Device("address:192.0.2.1", ("192.0.2.1",), observations=seen)


@pytest.mark.parametrize(
    ("answer", "product", "version"),
    [
        (DOCKER, "docker", "20.10.24+dfsg1"),
        (ETCD, "etcd", "3.4.23"),
        (KUBERNETES, "kubernetes", "v1.27.4+k3s1"),
        (DOCKER.replace(b'"Engine"', b'"Podman Engine"'), "podman", "20.10.24+dfsg1"),
    ],
)
@pytest.mark.parametrize("cut", [0, 1])
def test_each_says_who_it_is_and_that_it_is_open(recite, answer, product, version, cut):
    heard, sent = recite(containers.probe(TARGET), [answer], cut=cut)
    assert heard.facts == {
        "containers.product": product,
        "containers.version": version,
        "containers.open": True,
        "containers.tls": False,
    }
    assert len(sent) == 1
    assert sent[0].startswith(b"GET /version HTTP/1.1\r\n")
    assert any(say.allows(sent[0]) for say in containers.SAYS)


def test_a_control_plane_that_turns_strangers_away_is_not_open(recite):
    heard, _ = recite(containers.probe(Target(Endpoint("192.0.2.1", 6443), tls=True)), [UNAUTHORIZED])
    assert heard.facts == {"containers.product": "kubernetes", "containers.open": False, "containers.tls": True}


@pytest.mark.parametrize(
    "path", [b"/containers/json", b"/v3/kv/range", b"/api/v1/secrets", b"/version/../containers/json"]
)
def test_nothing_else_can_be_asked(path):
    asked = (
        b"GET %b HTTP/1.1\r\nHost: a\r\nUser-Agent: Tocsin/0.1 (security inventory)\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        % path
    )
    assert not any(say.allows(asked) for say in containers.SAYS)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\n" + json.dumps({"version": "1.0"}).encode(),
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 5000,
        b"HTTP/1.1 401 Unauthorized\r\nServer: nginx\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\n\r\n404 page not found\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"",
    ],
)
def test_what_is_none_of_them_is_a_peer_error(recite, answer):
    with pytest.raises(PeerError):
        recite(containers.probe(TARGET), [answer])


def test_a_web_server_that_calls_itself_docker_is_asked():
    asked = device(
        ("http", 8080, {"http.server": "Docker/24.0.7 (linux)", "http.tls": True}),
        ("http", 80, {"http.server": "nginx"}),
    )
    assert containers.invited(asked) == (Target(Endpoint("192.0.2.1", 8080), tls=True, path="/version"),)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # this fixture is a plain function
@given(
    st.binary(max_size=120),
    st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n\r\n", b'HTTP/1.1 200 OK\r\n\r\n{"ApiVersion":', DOCKER[:200]]),
)
def test_any_bytes_end_in_facts_or_in_a_peer_error(recite, junk, start):
    try:
        heard, _ = recite(containers.probe(TARGET), [start + junk])
    except PeerError:
        return
    assert set(heard.facts) <= set(containers.FACTS)
