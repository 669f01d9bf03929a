import pytest

from scanner.enough import speaks_of_limit, speaks_of_lock


@pytest.mark.parametrize(
    ("said", "lock", "limit"),
    [
        ("530 Account locked.", True, False),
        ("421 Too many login failures, your address is banned", True, False),
        ("<Text>The user is locked out, try again in 30 minutes</Text>", True, False),
        ("Maximum login attempts exceeded", True, False),
        ("Login temporarily disabled", True, False),
        # vsftpd, Pure-FTPd, ProFTPD and wu-ftpd, which mean clients and not passwords.
        ("421 There are too many connected users, please try later.", False, True),
        ("421 50 users (the maximum) are already logged in, sorry", False, True),
        ("530 Sorry, the maximum number of clients (2) from your host are already connected.", False, True),
        ("421 Too many connections from your internet address, try again later.", False, True),
        ("530 Login incorrect.", False, False),
        ("401 Unauthorized", False, False),
        ("404 Block 7 has no clock", False, False),
    ],
)
def test_a_lock_is_told_from_a_limit_of_clients(said, lock, limit):
    assert (speaks_of_lock(said), speaks_of_limit(said)) == (lock, limit)
