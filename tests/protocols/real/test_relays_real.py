import contextlib
import socket

import pytest

from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import dns, http, socks
from tests.datagrams import Datagrams
from tests.holding import hold_with

pytestmark = pytest.mark.real
UNBOUND = """
server:
  interface: 127.0.0.1@{port}
  username: ""
  chroot: ""
  pidfile: ""
  directory: "."
  use-syslog: no
  do-not-query-localhost: no
  access-control: 127.0.0.0/8 RULE
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@1
"""
TINYPROXY = "Port {port}\nListen 127.0.0.1\nTimeout 10\n"


def told(port):
    """What the server says to both questions, asked over UDP."""
    answers = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(10)
        for request in (dns.REQUEST, dns.VERSION):
            asking.sendto(request, ("127.0.0.1", port))
            with contextlib.suppress(TimeoutError):
                answers.append(asking.recv(4096))
            assert len(answers[-1]) <= 10 * len(request)
    return hold_with(dns.probe(Target(Endpoint("127.0.0.1", port, "udp"))), Datagrams(answers).answer).facts


def test_dnsmasq_that_serves_us_is_recursive_and_says_its_version(serve):
    options = ("--no-resolv", "--no-hosts", "--bind-interfaces", "--pid-file=", "--local=/invalid/")
    port = serve("dnsmasq", "-k", "-C", "/dev/null", "--port={port}", "--listen-address=127.0.0.1", *options)
    facts = told(port)
    assert (facts["dns.recursive"], facts["dns.code"]) == (True, "NXDOMAIN")
    assert str(facts["dns.version"]).startswith("dnsmasq-2.")


@pytest.mark.parametrize(("rule", "recursive", "code"), [("allow", True, "NXDOMAIN"), ("refuse", False, "REFUSED")])
def test_unbound_is_recursive_for_those_whom_it_serves(serve, rule, recursive, code):
    port = serve("unbound", "-d", "-c", "server.conf", configuration=UNBOUND.replace("RULE", rule))
    facts = told(port)
    assert (facts["dns.recursive"], facts["dns.code"]) == (recursive, code)
    assert ("dns.version" in facts) is recursive


@pytest.mark.parametrize(("accounts", "is_open"), [((), True), (("-u", "u", "-P", "p"), False)])
def test_microsocks_is_open_where_it_has_no_account(serve, hold, accounts, is_open):
    port = serve("microsocks", "-i", "127.0.0.1", "-p", "{port}", *accounts)
    heard, peer = hold(socks.probe(Target(Endpoint("127.0.0.1", port))), port)
    assert heard.facts["socks.open"] is is_open
    assert peer.sent == [socks.GREETING]


@pytest.mark.parametrize(
    ("rule", "status"), [("Allow 127.0.0.1\n", 400), ("Allow 192.0.2.1\n", 403), ("BasicAuth u p\n", 407)]
)
def test_tinyproxy_says_who_it_is_and_whether_it_turns_us_away(serve, hold, rule, status):
    port = serve("tinyproxy", "-d", "-c", "server.conf", configuration=TINYPROXY + rule)
    heard, _ = hold(http.probe(Target(Endpoint("127.0.0.1", port))), port)
    assert str(heard.facts["http.server"]).startswith("tinyproxy/1.")
    assert heard.facts["http.status"] == status
