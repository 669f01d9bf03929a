"""Real servers of the operating system, each a function that writes its configuration into a folder and returns its command line."""

import hashlib
import os
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from checks.contract import Account

Command = list[str]
REALM = "DS-2CD2142FWD-I"
# Serves each connection with a program whose standard input and output are the socket, as inetd does.
INETD = """
import os, signal, socket, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    connection, _ = listener.accept()
    if os.fork() == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number in (0, 1, 2):
            os.dup2(connection.fileno(), number)
        os.execvp(sys.argv[3], sys.argv[3:])
    connection.close()
"""
LOGIN_SCRIPT = """#!/bin/sh
printf '##############\\n#  Welcome!  #\\n##############\\n'
printf 'login: '; read -r user
stty -echo; printf 'Password: '; read -r password; stty echo; echo
if [ "$user:$password" = "$(cat {account})" ]; then
    printf '# Last failed login: yesterday\\n# Unauthorised access is denied.\\n'
    exec env -i PS1='# ' /bin/sh -i
fi
sleep 1; echo 'Login incorrect'
"""


def tool(name: str, package: str) -> str:
    """The path of a program, or a skip that says how to get it."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if path is None:
        pytest.skip(f"{name} is not installed: apt-get install {package}")
    return path


def as_root() -> None:
    """A skip where the test is not run by root."""
    if os.geteuid() != 0:
        pytest.skip("it checks a password of the system, which only root may: run the tests as root")


def change_password(account: Account, password: str) -> None:
    """Give a user of the system another password."""
    subprocess.run([tool("chpasswd", "passwd")], input=f"{account.user}:{password}", text=True, check=True)


def dropbear(folder: Path, address: str, port: int) -> Command:
    """Dropbear with an ed25519 key, for the users of the system."""
    key = folder / "dropbear_ed25519"
    if not key.exists():
        subprocess.run(
            [tool("dropbearkey", "dropbear-bin"), "-t", "ed25519", "-f", str(key)], check=True, capture_output=True
        )
    program = tool("dropbear", "dropbear-bin")
    return [program, "-F", "-E", "-r", str(key), "-p", f"{address}:{port}", "-P", str(folder / "dropbear.pid")]


def sshd(folder: Path, address: str, port: int, *settings: str) -> Command:
    """OpenSSH with password authentication for the users of the system; `settings` are lines that go before ours and win."""
    program, key = tool("sshd", "openssh-server"), folder / "sshd_ed25519"
    Path("/run/sshd").mkdir(exist_ok=True)  # its privilege separation directory, which its unit file makes
    if not key.exists():
        keygen = [tool("ssh-keygen", "openssh-client"), "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
        subprocess.run(keygen, check=True)
    ours = (f"HostKey {key}", "UsePAM no", "PasswordAuthentication yes", "PidFile none", "StrictModes no")
    config = folder / "sshd_config"
    config.write_text("\n".join((f"ListenAddress {address}:{port}", *settings, *ours)) + "\n")
    return [program, "-D", "-e", "-f", str(config)]


def telnetd(folder: Path, address: str, port: int, user: str, password: str) -> Command:
    """inetutils' telnetd before a login script of our own, which knows one account and has '#' in its banner and its message of the day."""
    account, script = folder / "telnet_account", folder / "telnet_login"
    account.write_text(f"{user}:{password}\n")
    script.write_text(LOGIN_SCRIPT.replace("{account}", str(account)))
    script.chmod(0o755)
    program = tool("telnetd", "inetutils-telnetd")
    return [sys.executable, "-c", INETD, address, str(port), program, "-h", f"--exec-login={script}"]


def telnetd_with_login(folder: Path, address: str, port: int) -> Command:
    """inetutils' telnetd before the system's own /bin/login."""
    del folder
    return [sys.executable, "-c", INETD, address, str(port), tool("telnetd", "inetutils-telnetd")]


def telnetd_without_login(folder: Path, address: str, port: int) -> Command:
    """inetutils' telnetd that gives a shell to anybody."""
    script = folder / "telnet_shell"
    script.write_text(
        "#!/bin/sh\nprintf 'BusyBox v1.19.4 built-in shell (ash)\\n\\n'\nexec env -i PS1='/ # ' /bin/sh -i\n"
    )
    script.chmod(0o755)
    program = tool("telnetd", "inetutils-telnetd")
    return [sys.executable, "-c", INETD, address, str(port), program, "-h", f"--exec-login={script}"]


def busybox_telnetd(folder: Path, address: str, port: int, user: str, password: str) -> Command:
    """Busybox's telnetd before the same login script."""
    program = tool("busybox", "busybox")
    applets = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split()
    if "telnetd" not in applets:
        pytest.skip("this busybox has no telnetd (Debian's has none): build one with CONFIG_TELNETD=y")
    telnetd(folder, address, port, user, password)
    return [program, "telnetd", "-F", "-b", f"{address}:{port}", "-l", str(folder / "telnet_login")]


def lighttpd(folder: Path, address: str, port: int, scheme: str, user: str, password: str) -> Command:
    """Lighttpd whose every page asks for `scheme`, "basic" or "digest"."""
    program, pages = tool("lighttpd", "lighttpd"), folder / "pages"
    pages.mkdir(exist_ok=True)
    (pages / "index.html").write_text("<html><head><title>Network Camera</title></head><body>live</body></html>")
    accounts = folder / "http_accounts"
    if scheme == "basic":
        backend, digest = "htpasswd", b64encode(hashlib.sha1(password.encode(), usedforsecurity=False).digest())
        accounts.write_text(f"{user}:{{SHA}}{digest.decode()}\n")
    else:
        backend = "htdigest"
        digest = hashlib.md5(f"{user}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest().encode()
        accounts.write_text(f"{user}:{REALM}:{digest.decode()}\n")
    (folder / "lighttpd.conf").write_text(f"""
server.modules = ("mod_auth", "mod_authn_file")
server.document-root = "{pages}"
server.bind = "{address}"
server.port = {port}
index-file.names = ("index.html")
mimetype.assign = (".html" => "text/html")
auth.backend = "{backend}"
auth.backend.{backend}.userfile = "{accounts}"
auth.require = ("" => ("method" => "{scheme}", "realm" => "{REALM}", "require" => "valid-user"))
""")
    return [program, "-D", "-f", str(folder / "lighttpd.conf")]


def snmpd(folder: Path, address: str, port: int, community: str) -> Command:
    """net-snmp's agent with one read-only community, and an engine of SNMPv3, which it always has."""
    program, config = tool("snmpd", "snmpd"), folder / "snmpd.conf"
    system = ("sysDescr Econolite Cobalt ATC; Linux 2.6.35; build 2013-06-18", "sysName cobalt", "sysLocation Main St")
    config.write_text("\n".join((f"rocommunity {community} {address}", *system)) + "\n")
    environment = ["env", f"SNMP_PERSISTENT_DIR={folder}", "MIBS="]
    return [
        *environment,
        program,
        "-f",
        "-Lo",
        "-C",
        "-c",
        str(config),
        "-p",
        str(folder / "snmpd.pid"),
        f"udp:{address}:{port}",
    ]


def mosquitto(folder: Path, address: str, port: int, user: str = "", password: str = "") -> Command:
    """Mosquitto: open to anybody, or with a user closed to all but that one."""
    program, config = tool("mosquitto", "mosquitto"), folder / "mosquitto.conf"
    lines = [f"listener {port} {address}", f"allow_anonymous {'false' if user else 'true'}"]
    if user:
        accounts = folder / "mosquitto_accounts"
        subprocess.run([tool("mosquitto_passwd", "mosquitto"), "-b", "-c", str(accounts), user, password], check=True)
        accounts.chmod(0o644)
        lines.append(f"password_file {accounts}")
    config.write_text("\n".join((*lines, "user root")) + "\n")
    return [program, "-c", str(config)]


def vsftpd(folder: Path, address: str, port: int, banner: str) -> Command:
    """Vsftpd with that banner."""
    program, config, empty = tool("vsftpd", "vsftpd"), folder / "vsftpd.conf", folder / "empty"
    empty.mkdir(exist_ok=True)
    settings = {
        "listen": "YES",
        "listen_address": address,
        "listen_port": str(port),
        "background": "NO",
        "ftpd_banner": banner,
        "secure_chroot_dir": str(empty),
        "run_as_launching_user": "NO" if os.geteuid() == 0 else "YES",
    }
    config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    config.chmod(0o644)
    return [program, str(config)]


SERVERS = {
    server.__name__: server
    for server in (
        dropbear,
        sshd,
        telnetd,
        telnetd_with_login,
        telnetd_without_login,
        busybox_telnetd,
        lighttpd,
        snmpd,
        mosquitto,
        vsftpd,
    )
}
