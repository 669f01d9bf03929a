"""Programs that stand in for a camera: GStreamer's RTSP server, on which makers build, and a WS-Discovery responder that is not ours."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's bindings of GStreamer are its own python's
RTSP = """
import sys
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer
Gst.init(None)
server = GstRtspServer.RTSPServer.new()
server.set_address(sys.argv[1])
server.set_service(sys.argv[2])
stream = GstRtspServer.RTSPMediaFactory.new()
stream.set_launch("( videotestsrc is-live=true ! jpegenc ! rtpjpegpay name=pay0 pt=26 )")
if sys.argv[3:]:
    auth = GstRtspServer.RTSPAuth.new()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    auth.set_realm(sys.argv[3])
    auth.add_digest("admin", sys.argv[4], GstRtspServer.RTSPToken.new())
    server.set_auth(auth)
    stream.set_permissions(GstRtspServer.RTSPPermissions.new())
server.get_mount_points().add_factory("/", stream)
server.attach(None)
GLib.MainLoop().run()
"""
RESPONDER = """
import sys
from wsdiscovery import QName, Scope
from wsdiscovery.publishing import ThreadedWSPublishing
responder = ThreadedWSPublishing()
responder.start()
thread = responder._networkingThread_v4
thread._uniOutSocket.close()
thread._uniOutSocket = thread._multiInSocket  # answers from port 3702, as devices do; the library would from another, which a connected socket does not hear
kinds = [QName("http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter")]
responder.publishService(kinds, [Scope(text) for text in sys.argv[2:]], [sys.argv[1]])
print("ready", flush=True)
sys.stdin.read()
"""


def gst_rtsp(folder: Path, host: str, port: int, *login: str) -> list[str]:
    """GStreamer's RTSP server with a test picture; `login` is a realm and the password of admin."""
    packages = "gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good python3-gi"
    needed = "import gi; gi.require_version('GstRtspServer', '1.0')"
    if (
        not Path(SYSTEM_PYTHON).exists()
        or subprocess.run([SYSTEM_PYTHON, "-c", needed], capture_output=True, check=False).returncode
    ):
        pytest.skip(f"GStreamer's RTSP server is not installed: apt-get install {packages}")
    script = folder / "rtsp.py"
    script.write_text(RTSP)
    return [SYSTEM_PYTHON, str(script), host, str(port), *login]


def responder(xaddr: str, *scopes: str) -> list[str]:
    """The WS-Discovery responder of PyPI's WSDiscovery, which says "ready". It announces itself to the group: only in a namespace without a way out."""
    if importlib.util.find_spec("wsdiscovery") is None:
        pytest.skip("WSDiscovery is not installed: pip install WSDiscovery")
    return [sys.executable, "-c", RESPONDER, xaddr, *scopes]
