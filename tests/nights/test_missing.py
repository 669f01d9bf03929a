"""What this machine lacks is said before or at the scan, in words that tell what to do."""

import os
import subprocess

import pytest

from tests.conftest import TOCSIN

HIDE = (
    'for each in /usr/bin/nmap /usr/local/bin/nmap; do [ ! -e $each ] || mount --bind /dev/null $each; done; exec "$@"'
)


def test_without_nmap_its_engine_says_what_to_install(tmp_path):
    own_user = [] if os.geteuid() == 0 else ["-Ur"]
    hidden = ["unshare", "-m", *own_user, "sh", "-c", HIDE, "sh"]
    if subprocess.run([*hidden, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets this user make no mount namespace: run as root, or allow user namespaces")
    kept = ["--store", str(tmp_path / "kept.db"), "--audit", str(tmp_path / "audit.jsonl")]
    command = [*hidden, *TOCSIN, *kept, "scan", "127.0.0.1", "--authorised-by", "test", "--engine", "nmap"]
    path = os.environ | {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=path)
    assert ended.returncode == 2
    assert ended.stderr == "tocsin: nmap is not installed: apt-get install nmap, or leave out --engine nmap\n"
    assert list(tmp_path.iterdir()) == []
