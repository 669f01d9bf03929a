"""`tocsin tls` against OpenSSL's own server, from the command line to the page and the file."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from scanner.exits import Exit
from tests.conftest import TOCSIN
from tests.protocols.real.conftest import make_certificate

pytestmark = pytest.mark.real
SUITES = "ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA"


async def tocsin(folder: Path, *arguments: str) -> tuple[int, str, str]:
    kept = ["--store", str(folder / "inventory.db"), "--audit", str(folder / "audit.jsonl")]
    process = await asyncio.create_subprocess_exec(
        *TOCSIN,
        *kept,
        "tls",
        *arguments,
        "--authorised-by",
        "test",
        "--pace",
        "lab",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_a_server_of_openssl_is_shown_and_judged(run: Any, tmp_path: Path) -> None:
    crt, key = make_certificate(tmp_path, "-newkey", "rsa:1024", "-sha1")
    crt.rename(tmp_path / "device.crt")
    key.rename(tmp_path / "device.key")
    endpoint = await run.start("s_server", "device", "-tls1_2", "-cipher", f"{SUITES}:@SECLEVEL=0")
    where = f"127.0.0.1:{endpoint.port}"
    report = tmp_path / "report.json"
    code, page, told = await tocsin(tmp_path, where, "--profile", "nist-800-52r2", "-o", str(report))
    assert (code, told) == (Exit.FINDINGS, "")
    assert page.startswith(f"{where}\n")
    for words in ("TLSv1.2  yes", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "CN=camera.test,O=Lab", "RSA 1024 bits"):
        assert words in page
    (device,) = json.loads(report.read_text())["devices"]
    found = {(finding["check"], finding["severity"]) for finding in device["findings"]}
    assert {("tls-certificate-weak-key", "high"), ("tls-certificate-weak-signature", "medium")} <= found
    (profile,) = [f for f in device["findings"] if f["title"] == "Certificate outside the profile nist-800-52r2"]
    assert "a key of RSA 1024 bits, below 2048; its certificate is signed with SHA1" in profile["detail"]
    assert profile["standards"][0] == "NIST SP 800-52r2: 3.2.1"
    assert not (tmp_path / "inventory.db").exists()
    code, _, _ = await tocsin(tmp_path, where, "--fail-on", "critical")
    assert code in (Exit.CLEAN, Exit.INCOMPLETE)
