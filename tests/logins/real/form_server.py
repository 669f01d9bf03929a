"""A real web login on 127.0.0.1: PHP's own server with PHP's own sessions, a form with a CSRF token, a lock, and a way out."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from inventory.model import Endpoint
from tests.ports import free_port
from tests.segment import listens

# One page for everything, as `php -S` runs it. `failures` counts wrong passwords, `opened` right ones; both are read by the tests.
PAGE = r"""<?php
function note($what) { file_put_contents(getenv('NOTES') . '/' . $what, "x", FILE_APPEND); }
function noted($what) { $name = getenv('NOTES') . '/' . $what; return is_file($name) ? filesize($name) : 0; }
function form($told) {
    $_SESSION['csrf'] = bin2hex(random_bytes(16));
    echo '<!DOCTYPE html><html><head><title>Street cabinet 7</title></head><body><p>' . $told . '</p>',
        '<form method="post" action="login.php"><input type="hidden" name="csrf" value="' . $_SESSION['csrf'] . '">',
        '<input name="user"><input type="password" name="password"><input type="submit" value="Sign in"></form></body></html>';
}
session_start();
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/login.php' && $_SERVER['REQUEST_METHOD'] === 'POST') {
    $lock = (int) getenv('LOCK');
    if (!hash_equals($_SESSION['csrf'] ?? '', $_POST['csrf'] ?? 'none')) { http_response_code(403); echo 'CSRF token mismatch'; return true; }
    if ($lock && noted('failures') >= $lock) { note('after_lock'); form('Too many failed attempts. Try again later.'); return true; }
    if (($_POST['user'] ?? '') === 'admin' && password_verify($_POST['password'] ?? '', getenv('HASH'))) {
        session_regenerate_id(true);
        $_SESSION['user'] = 'admin';
        note('opened');
        header('Location: /status.php', true, 303);
        return true;
    }
    note('failures');
    form('Wrong user name or password.');
    return true;
}
if (empty($_SESSION['user'])) {
    if ($path === '/') { form('Please sign in.'); } else { header('Location: /', true, 302); }
    return true;
}
if ($path === '/logout.php') { $_SESSION = []; session_destroy(); note('closed'); header('Location: /', true, 302); return true; }
echo '<!DOCTYPE html><html><head><title>Status</title></head><body><p>Door closed</p><a href="/logout.php">Sign out</a></body></html>';
return true;
"""


class Cabinet:
    """The server at work, and what it has noted."""

    def __init__(self, folder: Path, endpoint: Endpoint, process: "subprocess.Popen[bytes]") -> None:
        self._folder = folder
        self._process = process
        self.endpoint = endpoint

    def noted(self, what: str) -> int:
        """How often that happened: "failures", "opened", "closed", "after_lock"."""
        name = self._folder / what
        return name.stat().st_size if name.exists() else 0

    def stop(self) -> None:
        """End the server."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(10)


def start(folder: Path, password: str, lock: int = 0) -> Cabinet:
    """Start PHP with that password; with `lock`, it takes no login after so many failures."""
    php = shutil.which("php")
    if php is None:
        pytest.skip("php is not installed: apt-get install php-cli")
    (folder / "page.php").write_text(PAGE)
    hashed = [php, "-r", "echo password_hash($argv[1], PASSWORD_BCRYPT, ['cost' => 4]);", password]
    made = subprocess.run(hashed, check=True, capture_output=True, text=True).stdout
    port = free_port()
    command = [php, "-d", f"session.save_path={folder}", "-S", f"127.0.0.1:{port}", str(folder / "page.php")]
    environment = {**os.environ, "HASH": made, "LOCK": str(lock), "NOTES": str(folder)}
    with (folder / "php.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    while not listens(process.pid, port, "tcp"):
        assert process.poll() is None, (folder / "php.log").read_text(errors="replace")
        time.sleep(0.01)
    return Cabinet(folder, Endpoint("127.0.0.1", port), process)
