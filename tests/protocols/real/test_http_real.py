import hashlib
from pathlib import Path

import pytest

from inventory.errors import ProtocolError
from inventory.model import Endpoint
from scanner.conversation import Target
from scanner.protocols import http, tls

pytestmark = pytest.mark.real
PAGE = "<html><head><title>Lab &amp; camera</title></head><body>Please log in <input type=password></body></html>"
ICON = b"\x00\x00\x01\x00icon"
NGINX = """
daemon off; pid nginx.pid; error_log stderr; worker_processes 1;
events { worker_connections 16; }
http {
  access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  server { listen 127.0.0.1:{port} OPTIONS; root www; EXTRA }
}
"""
LIGHTTPD = """
server.document-root = "WWW"
server.bind = "127.0.0.1"
server.port = {port}
index-file.names = ("index.html")
mimetype.assign = (".html" => "text/html", ".ico" => "image/x-icon")
EXTRA
"""


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "www"
    folder.mkdir()
    (folder / "index.html").write_text(PAGE)
    (folder / "favicon.ico").write_bytes(ICON)
    tmp_path.chmod(0o755)
    return folder


@pytest.fixture
def nginx(serve, pages, tmp_path):
    def start(options: str = "", extra: str = ""):
        text = NGINX.replace("OPTIONS", options).replace("EXTRA", extra)
        arguments = ("-p", str(tmp_path), "-c", str(tmp_path / "server.conf"), "-e", "stderr")
        return serve("nginx", *arguments, configuration=("user root;" if Path.home() == Path("/root") else "") + text)

    return start


@pytest.fixture
def lighttpd(serve, pages, tmp_path):
    def start(extra: str = ""):
        text = LIGHTTPD.replace("WWW", str(pages)).replace("EXTRA", extra)
        return serve("lighttpd", "-D", "-f", str(tmp_path / "server.conf"), configuration=text)

    return start


def target(port: int, *, tls: bool = False) -> Target:
    return Target(Endpoint("127.0.0.1", port), tls=tls)


def is_the_page(heard, server: str) -> bool:
    facts = heard.facts
    return (
        facts["http.status"] == 200
        and facts["http.server"].startswith(server)
        and facts["http.title"] == "Lab & camera"
        and facts["http.password_form"] is True
        and facts["http.identity"] == "Please log in"
        and facts["http.body_sha256"] == hashlib.sha256(PAGE.encode()).hexdigest()
        and facts["http.last_modified"].endswith("GMT")
    )


def said(module, peer):
    return all(any(say.allows(request) for say in module.SAYS) for request in peer.sent)


def test_reads_a_page_of_nginx(nginx, hold):
    port = nginx()
    heard, peer = hold(http.probe(target(port)), port)
    assert is_the_page(heard, "nginx")
    assert said(http, peer)


def test_reads_a_page_of_lighttpd(lighttpd, hold):
    port = lighttpd()
    heard, peer = hold(http.probe(target(port)), port)
    assert is_the_page(heard, "lighttpd/1.4")
    assert said(http, peer)


def test_follows_nginx_to_the_page_it_redirects_to(nginx, hold):
    port = nginx(extra="location = / { return 302 /index.html; }")
    heard, peer = hold(http.probe(target(port)), port)
    assert is_the_page(heard, "nginx")
    assert heard.facts["http.location"].endswith("/index.html")
    assert peer.connections == 2


def test_reads_the_challenge_of_nginx(nginx, hold, tmp_path):
    (tmp_path / "users").write_text("")
    port = nginx(extra=f'auth_basic "NVR301-08B"; auth_basic_user_file {tmp_path}/users;')
    heard, _ = hold(http.probe(target(port)), port)
    assert heard.facts["http.status"] == 401
    assert (heard.facts["http.auth"], heard.facts["http.realm"]) == ("basic", "NVR301-08B")


def test_reads_the_digest_challenge_of_lighttpd(lighttpd, hold, tmp_path):
    (tmp_path / "users").write_text("")
    port = lighttpd(
        'server.modules = ("mod_auth", "mod_authn_file")\n'
        f'auth.backend = "htdigest"\nauth.backend.htdigest.userfile = "{tmp_path}/users"\n'
        'auth.require = ("/" => ("method" => "digest", "realm" => "DS-2CD2142FWD-I", "require" => "valid-user"))'
    )
    heard, _ = hold(http.probe(target(port)), port)
    assert heard.facts["http.status"] == 401
    assert (heard.facts["http.auth"], heard.facts["http.realm"]) == ("digest", "DS-2CD2142FWD-I")


def with_tls(certificate) -> str:
    crt, key = certificate
    return f"ssl_certificate {crt}; ssl_certificate_key {key};"


def test_reads_nginx_inside_tls(nginx, hold, certificate):
    port = nginx("ssl", with_tls(certificate) + "ssl_protocols TLSv1.2 TLSv1.3;")
    heard, _ = hold(http.probe(target(port, tls=True)), port, tls=True)
    assert is_the_page(heard, "nginx")
    assert heard.facts["http.tls"] is True
    heard, peer = hold(tls.probe(target(port)), port)
    assert heard.facts["tls.versions"] == ("TLSv1.2", "TLSv1.3")
    assert heard.facts["tls.subject"] == "CN=camera.test,O=Lab"
    assert said(tls, peer)


def test_reads_the_old_versions_of_nginx(nginx, hold, certificate):
    extra = with_tls(certificate) + "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:@SECLEVEL=0;"
    port = nginx("ssl", extra)
    heard, peer = hold(tls.probe(target(port)), port)
    assert heard.facts["tls.versions"] == ("TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
    assert peer.connections == 5


def test_reads_lighttpd_inside_tls(lighttpd, hold, certificate):
    if not list(Path("/usr/lib/lighttpd").glob("mod_openssl.so")):
        pytest.skip("lighttpd cannot speak TLS: apt-get install lighttpd-mod-openssl")
    crt, key = certificate
    extra = f'server.modules = ("mod_openssl")\nssl.engine = "enable"\nssl.pemfile = "{crt}"\nssl.privkey = "{key}"'
    port = lighttpd(extra)
    heard, _ = hold(http.probe(target(port, tls=True)), port, tls=True)
    assert is_the_page(heard, "lighttpd")
    heard, _ = hold(tls.probe(target(port)), port)
    assert "TLSv1.2" in heard.facts["tls.versions"]
    assert heard.facts["tls.key_bits"] == 2048


def test_plain_nginx_is_not_tls(nginx, hold):
    port = nginx()
    with pytest.raises(ProtocolError, match="not TLS"):
        hold(tls.probe(target(port)), port)


BUTTONS = "<title>Relay</title><form action=/rb><button>Restart</button></form><form action=/fw><button>Upgrade firmware</button></form>"


def test_a_page_of_buttons_offers_its_administration(lighttpd, pages, hold):
    (pages / "index.html").write_text(BUTTONS)
    port = lighttpd()
    heard, _ = hold(http.probe(target(port)), port)
    assert heard.facts["http.operable"] == ("restart", "firmware")


@pytest.mark.parametrize("server", ["nginx", "lighttpd"])
def test_a_list_of_files_offers_nothing_whatever_their_names(request, server, pages, hold):
    lists = {"nginx": "autoindex on;", "lighttpd": 'dir-listing.activate = "enable"'}
    (pages / "index.html").unlink()
    for name in ("Reboot", "firmware", "settings", "users"):
        (pages / name).mkdir()
    port = request.getfixturevalue(server)(extra=lists[server])
    heard, _ = hold(http.probe(target(port)), port)
    assert heard.facts["http.status"] == 200
    assert "Reboot" in heard.facts["http.identity"]
    assert not {"http.administration", "http.operable"} & set(heard.facts)
