"""A web server on this machine that gives the sources of the intelligence in every broken way there is."""

import gzip
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Answer = Callable[[BaseHTTPRequestHandler], None]
HTML = b"<!DOCTYPE html>\n<html><head><title>Guest network: please log in</title></head></html>"


def catalogue(rows: int, released: date) -> bytes:
    """A catalogue as CISA publishes it (known_exploited_vulnerabilities.json of 2025-08-25, with its keys)."""
    vulnerabilities = [
        {
            "cveID": f"CVE-2021-{36260 + number}",
            "vendorProject": "Hikvision",
            "product": "Security cameras web server",
            "vulnerabilityName": "Hikvision Improper Input Validation",
            "dateAdded": "2022-01-10",
            "shortDescription": "A command injection vulnerability in the web server of some Hikvision products.",
            "requiredAction": "Apply updates per vendor instructions.",
            "dueDate": "2022-01-24",
            "knownRansomwareCampaignUse": "Unknown",
            "notes": "https://nvd.nist.gov/vuln/detail/CVE-2021-36260",
            "cwes": ["CWE-78"],
        }
        for number in range(rows)
    ]
    document = {
        "title": "CISA Catalog of Known Exploited Vulnerabilities",
        "catalogVersion": f"{released:%Y.%m.%d}",
        "dateReleased": f"{released}T17:04:19.9796Z",
        "count": rows,
        "vulnerabilities": vulnerabilities,
    }
    return json.dumps(document, indent=4).encode()


def whole(body: bytes, *headers: tuple[str, str], status: int = 200, stated: int | None = None) -> Answer:
    """An answer with that body, of which its Content-Length may tell otherwise."""

    def answer(server: BaseHTTPRequestHandler) -> None:
        server.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body) if stated is None else stated))):
            server.send_header(name, value)
        server.end_headers()
        server.wfile.write(body)

    return answer


def redirect(location: str) -> Answer:
    """Somewhere else."""
    return whole(b"", ("Location", location), status=302)


def endless(server: BaseHTTPRequestHandler) -> None:
    """A body of chunks that has no end (RFC 9112, section 7.1), until the reader has gone."""
    server.send_response(200)
    server.send_header("Transfer-Encoding", "chunked")
    server.end_headers()
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    while True:
        server.wfile.write(chunk)


def dripping(server: BaseHTTPRequestHandler) -> None:
    """A byte now and then, until the reader has gone."""
    server.send_response(200)
    server.send_header("Content-Length", "100000")
    server.end_headers()
    while not server.server.stopping.wait(0.02):  # type: ignore[attr-defined]
        server.wfile.write(b" ")
        server.wfile.flush()


def silent(server: BaseHTTPRequestHandler) -> None:
    """A body that never begins."""
    server.send_response(200)
    server.send_header("Content-Length", "100000")
    server.end_headers()
    server.server.stopping.wait()  # type: ignore[attr-defined]


def bomb(size: int) -> bytes:
    """Blanks, packed."""
    return gzip.compress(b" " * size)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answers: dict[str, Answer], handler: Any) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.answers = answers
        self.stopping = threading.Event()
        self.asked: list[tuple[str, dict[str, str]]] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Readers that go away are what is tested here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self.close_connection = True
        self.server.asked.append((self.path, dict(self.headers.items())))
        self.server.answers.get(self.path.partition("?")[0], whole(b"no such file", status=404))(self)

    def log_message(self, *args: object) -> None:
        """Nobody reads it."""


@contextmanager
def serving(answers: dict[str, Answer], pem: Path | None = None) -> Iterator[tuple[str, _Server]]:
    """The beginning of the server's addresses, and the server; over TLS with the certificate and key in `pem`."""
    server = _Server(answers, _Handler)
    if pem is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"{'http' if pem is None else 'https'}://127.0.0.1:{server.server_address[1]}", server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


def self_signed(pem: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody has signed, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    return pem
