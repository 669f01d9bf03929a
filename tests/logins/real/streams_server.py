"""Servers of FTP and SIP that ask for an account, each a function that writes its configuration into a folder and returns its command line."""

import subprocess
from pathlib import Path

from tests.real.servers import Command, tool
from tests.real.video_servers import RTSP, gst_rtsp

_VIEWER = """viewer = GstRtspServer.RTSPToken.new()
    viewer.set_string("media.factory.role", "viewer")
    viewers = GstRtspServer.RTSPPermissions.new()
    for permission in ("media.factory.access", "media.factory.construct"):
        viewers.add_permission_for_role("viewer", permission, True)
    auth.add_digest("admin", sys.argv[4], viewer)"""


def gst_rtsp_login(folder: Path, address: str, port: int, realm: str, password: str, scheme: str) -> Command:
    """GStreamer's RTSP server, which describes its stream to admin only; `scheme` is "BASIC" or "DIGEST"."""
    command = gst_rtsp(folder, address, port, realm, password)
    program = RTSP.replace("RTSPAuthMethod.DIGEST", f"RTSPAuthMethod.{scheme}")
    program = program.replace('auth.add_digest("admin", sys.argv[4], GstRtspServer.RTSPToken.new())', _VIEWER)
    program = program.replace("GstRtspServer.RTSPPermissions.new())\n", "viewers)\n")
    if scheme == "BASIC":
        basic = 'auth.add_basic(GstRtspServer.RTSPAuth.make_basic("admin", sys.argv[4]), viewer)'
        program = program.replace('auth.add_digest("admin", sys.argv[4], viewer)', basic)
    script = folder / "rtsp_login.py"
    script.write_text(program)
    return [command[0], str(script), *command[2:]]


def vsftpd_login(folder: Path, address: str, port: int, *settings: str) -> Command:
    """Vsftpd for the users of the system, by PAM; `settings` are lines "name=value" that come last and win."""
    program, config, empty = tool("vsftpd", "vsftpd"), folder / "vsftpd.conf", folder / "empty"
    empty.mkdir(exist_ok=True)
    ours = (
        "listen=YES",
        f"listen_address={address}",
        f"listen_port={port}",
        "background=NO",
        "pam_service_name=vsftpd",
    )
    quiet = ("local_enable=YES", "anonymous_enable=NO", f"secure_chroot_dir={empty}", "xferlog_enable=NO")
    plain = ("ftp_username=bin", f"anon_root={empty}", "isolate_network=NO", "delay_failed_login=0")
    config.write_text("".join(f"{line}\n" for line in (*ours, *quiet, *plain, *settings)))
    config.chmod(0o644)
    return [program, str(config)]


def tls_settings(folder: Path) -> tuple[str, ...]:
    """What vsftpd needs to speak TLS: a certificate of its own making, and the wish."""
    key, certificate = folder / "ftp.key", folder / "ftp.crt"
    new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=logger"]
    made = [tool("openssl", "openssl"), *new, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    return ("ssl_enable=YES", f"rsa_cert_file={certificate}", f"rsa_private_key_file={key}")


def kamailio_auth(
    folder: Path, address: str, port: int, asks: str, user: str, password: str, transport: str = "udp"
) -> Command:
    """Kamailio with one account. It asks for it in answer to `asks`: "OPTIONS", or "REGISTER", which it then takes into its register."""
    program, config, state = tool("kamailio", "kamailio"), folder / "kamailio.cfg", folder / "kamailio"
    state.mkdir(exist_ok=True)
    config.write_text(f"""
debug=1
log_stderror=yes
{"fork=no" if transport == "udp" else "fork=yes"}
children=1
tcp_children=1
auto_aliases=no
{"disable_tcp=yes" if transport == "udp" else ""}
listen={transport}:{address}:{port}
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "textops.so"
loadmodule "auth.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
modparam("usrloc", "db_mode", 0)
request_route {{
  if (method=="{asks}") {{
    if ($au != "{user}" || !pv_www_authenticate("city", "{password}", "0")) {{
      www_challenge("city", "1");
      exit;
    }}
  }}
  if (method=="REGISTER") {{
    save("location");
    if (registered("location", "$tu")) {{ xlog("L_ERR", "SOMETHING WAS BOUND\\n"); }}
    exit;
  }}
  if (method=="OPTIONS") {{ append_to_reply("Allow: OPTIONS, REGISTER\\r\\n"); sl_send_reply("200", "OK"); exit; }}
  xlog("L_ERR", "SOMETHING ELSE CAME: $rm\\n");
  sl_send_reply("405", "Method Not Allowed");
}}
""")
    return [program, "-f", str(config), "-DD", "-E", "-m", "16", "-M", "4", "-Y", str(state)]
