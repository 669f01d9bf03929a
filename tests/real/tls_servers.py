"""Real TLS servers, each a function that writes its configuration and its certificate and returns its command line."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.real.servers import Command, tool
from tests.real.tls_certificates import Authority, self_signed, short_prime

PLAIN = ("127.0.0.1", 80)
"""Where a page without TLS stands, beside the scanner and behind stunnel."""
EVERYTHING = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
SOUND = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305"
SOUND_RSA = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"
OF_A_ROUTER = "AES128-SHA:AES256-SHA:AES128-SHA256"
OF_A_TUNNEL = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA"
OLD = "ECDHE-RSA-AES256-SHA:AES128-SHA:@SECLEVEL=0"
OF_GNUTLS = (
    "NONE:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+AES-128-GCM:+AES-128-CBC:+3DES-CBC:+ARCFOUR-128:+NULL:+AEAD:+SHA1:+MD5"
    ":+ECDHE-RSA:+RSA:+DHE-RSA:+ANON-DH:+ANON-ECDH:+SIGN-ALL:+GROUP-ALL:+COMP-NULL"
)


@dataclass(frozen=True, slots=True)
class Plot:
    """Where a server is built: its name, address and port, a folder for its files, and the city's authority."""

    name: str
    address: str
    port: int
    folder: Path
    city: Authority

    @property
    def certificate(self) -> Path:
        """The server's certificate and key, without their suffix."""
        return self.folder / "server"

    def certify(self, kind: str = "ec", begin: int = -1) -> None:
        """Have the city issue the certificate."""
        self.city.issue(self.certificate, self.name, self.address, kind, begin)


NGINX = """
{user} daemon off; master_process off; pid nginx.pid; error_log stderr; events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t; scgi_temp_path t;
  {servers}
}}
"""
LIGHTTPD = """
server.modules = ("mod_openssl")
server.document-root = "{folder}"
server.bind = "{address}"
server.port = {port}
ssl.engine = "enable"
ssl.pemfile = "{certificate}.crt"
ssl.privkey = "{certificate}.key"
ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "TLSv1.2", "MaxProtocol" => "TLSv1.2", "CipherString" => "{ciphers}")
"""
STUNNEL = """
foreground = yes
pid =
[web]
accept = {address}:{port}
connect = {page}
cert = {certificate}.crt
key = {certificate}.key
sslVersionMin = TLSv1.2
ciphers = {ciphers}
"""
MOSQUITTO = """
listener {port} {address}
allow_anonymous false
user root
certfile {certificate}.crt
keyfile {certificate}.key
tls_version tlsv1.2
ciphers {ciphers}
"""
VSFTPD = """
listen=YES
listen_address={address}
listen_port={port}
background=NO
secure_chroot_dir={folder}/empty
ftpd_banner=Welcome
ssl_enable=YES
ssl_tlsv1=YES
ssl_ciphers={ciphers}
rsa_cert_file={certificate}.crt
rsa_private_key_file={certificate}.key
"""
# tlslite-ng alone still serves SSL 3.0, and takes a prime as short as one likes; it is LGPL, and stays in a process of its own.
TLSLITE = """
import socket, sys, threading
from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey
chain = X509CertChain()
chain.parsePemList(open(sys.argv[3]).read())
key = parsePEMKey(open(sys.argv[4]).read(), private=True)
settings = HandshakeSettings()
settings.minVersion, settings.maxVersion = (3, 0), (3, 1)
settings.cipherNames, settings.macNames, settings.keyExchangeNames = ["rc4", "3des", "aes128"], ["sha", "md5"], ["rsa", "dhe_rsa"]
settings.dhParams = (2, int(sys.argv[5], 16))
def serve(connection):
    try:
        tls = TLSConnection(connection)
        tls.handshakeServer(certChain=chain, privateKey=key, settings=settings)
        if tls.recv(4096):
            tls.send(b"HTTP/1.0 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
        tls.close()
    except Exception:
        pass
    connection.close()
listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    threading.Thread(target=serve, args=listener.accept()[:1], daemon=True).start()
"""
# A safe prime of 512 bits, made by `openssl dhparam 512` of OpenSSL 3.0.
SHORT_PRIME = "e4e92df356e4d90b090c83a22f615a388fddcb491fbd36fc9855fe91cfe995057bdf57c3689011547d23375d3352336d5563176c6b3c18f3ad88d8a4a5592257"


def nginx_sound(plot: Plot) -> Command:
    """Nginx as a guideline of today has it."""
    plot.certify()
    return _nginx(plot, _site(plot, f"ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {SOUND}; return 200 ok;"))


def nginx_weak(plot: Plot) -> Command:
    """Nginx with everything weak that OpenSSL 3 has, and the prime that all the world has."""
    plot.certify("rsa")
    short_prime(plot.folder / "dh.pem")
    versions = "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on;"
    return _nginx(plot, _site(plot, f"{versions} ssl_ciphers {EVERYTHING}; ssl_dhparam dh.pem; return 200 ok;"))


def nginx_by_name(plot: Plot) -> Command:
    """Nginx that takes nobody who does not call it by its name."""
    plot.certify()
    versions = "ssl_protocols TLSv1.2 TLSv1.3;"
    rejects = f"server {{ listen {plot.address}:{plot.port} ssl default_server; {versions} ssl_reject_handshake on; }}"
    return _nginx(
        plot, rejects + _site(plot, f"server_name {plot.name}; {versions} ssl_ciphers {SOUND}; return 200 ok;")
    )


def nginx_plain(plot: Plot) -> Command:
    """A page without TLS."""
    return _nginx(plot, f"server {{ listen {plot.address}:{plot.port}; return 200 ok; }}")


def _site(plot: Plot, settings: str) -> str:
    files = f"ssl_certificate {plot.certificate}.crt; ssl_certificate_key {plot.certificate}.key;"
    return f"server {{ listen {plot.address}:{plot.port} ssl; {files} {settings} }}"


def _nginx(plot: Plot, servers: str) -> Command:
    user = "user root;" if os.geteuid() == 0 else ""
    (plot.folder / "nginx.conf").write_text(NGINX.format(user=user, servers=servers))
    return _plainly(tool("nginx", "nginx"), "-p", str(plot.folder), "-c", "nginx.conf", "-e", "stderr")


def lighttpd(plot: Plot) -> Command:
    """Lighttpd as a router of 2012 has it: RSA alone, and block ciphers alone."""
    plot.certify("rsa")
    config = _written(plot, "lighttpd.conf", LIGHTTPD, ciphers=OF_A_ROUTER)
    return _plainly(tool("lighttpd", "lighttpd"), "-D", "-f", config)


def mosquitto(plot: Plot) -> Command:
    """A broker inside TLS that knows nobody."""
    plot.certify("rsa")
    config = _written(plot, "mosquitto.conf", MOSQUITTO, ciphers=SOUND_RSA)
    return _plainly(tool("mosquitto", "mosquitto"), "-c", config)


def stunnel(plot: Plot) -> Command:
    """Stunnel before a page that knows nothing of TLS."""
    plot.certify()
    return _plainly(tool("stunnel4", "stunnel4"), _written(plot, "stunnel.conf", STUNNEL, ciphers=OF_A_TUNNEL))


def vsftpd(plot: Plot) -> Command:
    """Vsftpd, which opens TLS by AUTH TLS (RFC 4217)."""
    plot.certify("rsa")
    (plot.folder / "empty").mkdir()
    return _plainly(tool("vsftpd", "vsftpd"), _written(plot, "vsftpd.conf", VSFTPD, ciphers=SOUND_RSA))


def gnutls_serv(plot: Plot) -> Command:
    """GnuTLS with RC4, 3DES, NULL and anonymous suites."""
    plot.certify("rsa")
    files = ["--x509certfile", f"{plot.certificate}.crt", "--x509keyfile", f"{plot.certificate}.key"]
    return [
        tool("gnutls-serv", "gnutls-bin"),
        "--http",
        "--quiet",
        "-p",
        str(plot.port),
        *files,
        "--priority",
        OF_GNUTLS,
    ]


def tlslite_ng(plot: Plot) -> Command:
    """tlslite-ng with SSL 3.0, RC4 and a Diffie-Hellman prime of 512 bits."""
    plot.certify("rsa")
    files = [f"{plot.certificate}.crt", f"{plot.certificate}.key"]
    return [sys.executable, "-c", TLSLITE, plot.address, str(plot.port), *files, SHORT_PRIME]


def s_server(*options: str, begin: int = -1) -> Callable[[Plot], Command]:
    """OpenSSL's own server with a certificate of the city's for the year from `begin` days after today on."""

    def build(plot: Plot) -> Command:
        plot.certify(begin=begin)
        return _s_server(plot, *options)

    return build


def s_server_alone(*wish: str) -> Callable[[Plot], Command]:
    """OpenSSL's own server of TLS 1.0 to 1.2 with a certificate that it signed itself, made as wished."""

    def build(plot: Plot) -> Command:
        self_signed(plot.certificate, plot.name, "-addext", f"subjectAltName=IP:{plot.address}", *wish)
        return _s_server(plot, "-no_tls1_3", "-cipher", OLD)

    return build


def s_server_by_name(plot: Plot) -> Command:
    """OpenSSL's own server with a certificate for its name and another for nobody's."""
    plot.certify()
    other = plot.folder / "named"
    plot.city.issue(other, plot.name, plot.address)
    second = ["-cert2", f"{other}.crt", "-key2", f"{other}.key"]
    return _s_server(plot, "-tls1_2", "-cipher", SOUND, *second, "-servername", plot.name, "-servername_fatal")


def s_server_with_chain(plot: Plot) -> Command:
    """OpenSSL's own server with its issuer's certificate and the root behind its own."""
    department = Authority("Traffic Department CA", plot.city)
    department.issue(plot.certificate, plot.name, plot.address)
    chain = plot.folder / "chain.pem"
    chain.write_bytes(department.certificate() + plot.city.certificate())
    return _s_server(plot, "-tls1_2", "-cipher", SOUND, "-cert_chain", str(chain))


def _s_server(plot: Plot, *options: str) -> Command:
    files = ["-cert", f"{plot.certificate}.crt", "-key", f"{plot.certificate}.key"]
    where = ["-accept", f"{plot.address}:{plot.port}"]
    return _plainly(tool("openssl", "openssl"), "s_server", "-quiet", "-www", *where, *files, *options)


def _plainly(program: str, *arguments: str) -> Command:
    """Without the distribution's own settings of OpenSSL."""
    return ["env", f"OPENSSL_CONF={os.devnull}", program, *arguments]


def _written(plot: Plot, file: str, text: str, **words: str) -> str:
    """Write a configuration, and return its path."""
    known = {"address": plot.address, "port": plot.port, "folder": plot.folder, "certificate": plot.certificate}
    known["page"] = "{}:{}".format(*PLAIN)
    path = plot.folder / file
    path.write_text(text.format(**known, **words))
    path.chmod(0o644)
    return str(path)
