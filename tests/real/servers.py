"""Real servers of the operating system, each a function that writes its configuration into a folder and returns its command line."""

import grp
import hashlib
import importlib.util
import os
import pwd
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


def telnetd(folder: Path, address: str, port: int, user: str, password: str, login: str = LOGIN_SCRIPT) -> Command:
    """inetutils' telnetd before a login script of our own, which knows one account and has '#' in its banner and its message of the day."""
    account, script = folder / "telnet_account", folder / "telnet_login"
    account.write_text(f"{user}:{password}\n")
    script.write_text(login.replace("{account}", str(account)))
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
    program = tool("busybox", "busybox-static")
    applets = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split()
    if "telnetd" not in applets:
        pytest.skip("this busybox has no telnetd: apt-get install busybox-static")
    telnetd(folder, address, port, user, password)
    return [program, "telnetd", "-F", "-b", f"{address}:{port}", "-l", str(folder / "telnet_login")]


def lighttpd(
    folder: Path,
    address: str,
    port: int,
    scheme: str,
    user: str = "",
    password: str = "",
    realm: str = REALM,
    title: str = "Network Camera",
) -> Command:
    """Lighttpd whose every page asks for `scheme`, "basic" or "digest"; with none it asks for nothing."""
    program, pages = tool("lighttpd", "lighttpd"), _page(folder, title)
    accounts = folder / "http_accounts"
    if scheme == "basic":
        backend = "htpasswd"
        accounts.write_text(f"{user}:{_sha1(password)}\n")
    else:
        backend = "htdigest"
        digest = hashlib.md5(f"{user}:{realm}:{password}".encode(), usedforsecurity=False).hexdigest()
        accounts.write_text(f"{user}:{realm}:{digest}\n")
    asks = f"""
server.modules = ("mod_auth", "mod_authn_file")
auth.backend = "{backend}"
auth.backend.{backend}.userfile = "{accounts}"
auth.require = ("" => ("method" => "{scheme}", "realm" => "{realm}", "require" => "valid-user"))
"""
    (folder / "lighttpd.conf").write_text(f"""
server.document-root = "{pages}"
server.bind = "{address}"
server.port = {port}
index-file.names = ("index.html")
mimetype.assign = (".html" => "text/html")
{asks if scheme else ""}""")
    return [program, "-D", "-f", str(folder / "lighttpd.conf")]


def nginx(
    folder: Path, address: str, port: int, user: str = "", password: str = "", realm: str = "", title: str = "Router"
) -> Command:
    """Nginx, which asks for Basic where there is a realm."""
    program, pages, config = tool("nginx", "nginx"), _page(folder, title), folder / "nginx.conf"
    accounts = folder / "nginx_accounts"
    accounts.write_text(f"{user}:{_sha1(password)}\n")
    asks = f'auth_basic "{realm}"; auth_basic_user_file {accounts};' if realm else ""
    temporary = " ".join(f"{kind}_temp_path {kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config.write_text(f"""
{"user root;" if os.geteuid() == 0 else ""} daemon off; pid nginx.pid; error_log stderr info; worker_processes 1;
events {{ worker_connections 64; }}
http {{ access_log off; {temporary} server {{ listen {address}:{port}; root {pages}; {asks} }} }}
""")
    return [program, "-p", str(folder), "-c", str(config), "-e", "stderr"]


def _page(folder: Path, title: str) -> Path:
    pages = folder / "pages"
    pages.mkdir(exist_ok=True)
    (pages / "index.html").write_text(f"<html><head><title>{title}</title></head><body>live</body></html>")
    return pages


def _sha1(password: str) -> str:
    return "{SHA}" + b64encode(hashlib.sha1(password.encode(), usedforsecurity=False).digest()).decode()


def s_server(folder: Path, address: str, port: int, certificate: str, *options: str) -> Command:
    """OpenSSL's own server, with the certificate and key of that name in the folder, and a page that tells of the connection."""
    program = tool("openssl", "openssl")
    files = ["-cert", f"{folder}/{certificate}.crt", "-key", f"{folder}/{certificate}.key"]
    return [program, "s_server", "-quiet", "-www", "-accept", f"{address}:{port}", *files, *options]


def snmpd(folder: Path, address: str, port: int, community: str, readers: str = "", *settings: str) -> Command:
    """net-snmp's agent with one read-only community for `readers`, who are itself where not said, and an engine of SNMPv3, which it always has."""
    program, config = tool("snmpd", "snmpd"), folder / "snmpd.conf"
    system = ("sysDescr Econolite Cobalt ATC; Linux 2.6.35; build 2013-06-18", "sysName cobalt", "sysLocation Main St")
    config.write_text("\n".join((f"rocommunity {community} {readers or address}", *system, *settings)) + "\n")
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


def snmpsim(folder: Path, address: str, port: int, recording: str) -> Command:
    """The snmpsim agent with one of the recorded devices that come with it, under the community "recorded"."""
    package = importlib.util.find_spec("snmpsim")
    program = Path(sys.prefix) / "bin" / "snmpsim-command-responder"
    if package is None or package.origin is None or not program.exists():
        pytest.skip("snmpsim is not installed: pip install snmpsim pysmi")
    data = folder / "recordings"
    data.mkdir(exist_ok=True)
    shutil.copy(Path(package.origin).parent / "data" / "recorded" / f"{recording}.snmprec", data / "recorded.snmprec")
    user = pwd.getpwuid(os.geteuid()).pw_name
    who = [f"--process-user={user}", f"--process-group={grp.getgrgid(os.getegid()).gr_name}"]
    where = [f"--data-dir={data}", f"--cache-dir={folder / 'cache'}", f"--agent-udpv4-endpoint={address}:{port}"]
    return [str(program), *where, *who]


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


def vsftpd(folder: Path, address: str, port: int, banner: str = "") -> Command:
    """Vsftpd with that banner, or with its own, which names its version."""
    program, config, empty = tool("vsftpd", "vsftpd"), folder / "vsftpd.conf", folder / "empty"
    empty.mkdir(exist_ok=True)
    settings = {
        "listen": "YES",
        "listen_address": address,
        "listen_port": str(port),
        "background": "NO",
        "secure_chroot_dir": str(empty),
        "run_as_launching_user": "NO" if os.geteuid() == 0 else "YES",
    }
    if banner:
        settings["ftpd_banner"] = banner
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
        nginx,
        s_server,
        snmpd,
        snmpsim,
        mosquitto,
        vsftpd,
    )
}
