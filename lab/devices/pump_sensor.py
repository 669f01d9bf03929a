"""A thermometer in a pumping station whose page lets anybody set its network, load firmware into it and restart it."""

from lab.fake import Expected, Fake
from lab.services.http import Http, Page

_PAGE = """<!DOCTYPE html>
<html><head><title>HWg-STE2: Sensor</title></head>
<body><h1>HWg-STE2</h1><p>Sump 18.4 C</p>
<ul><li><a href="/">Home</a></li><li><a href="setup.html">General Setup</a></li><li><a href="log.html">Log</a></li></ul>
<form method="post" action="/setup.cgi">
<label>Netmask <input type="text" name="netmask" value="255.255.255.0"></label>
<label>Gateway <input type="text" name="gateway" value="192.168.1.254"></label>
<input type="submit" value="Apply"></form>
<form method="post" action="/upgrade.cgi" enctype="multipart/form-data">
<input type="file" name="image"><input type="submit" value="Upload firmware"></form>
<form method="post" action="/reboot.cgi"><input type="submit" value="Restart"></form>
</body></html>
"""

FAKE = Fake(
    name="pump_sensor",
    title="Thermometer that anyone may administer in a browser",
    host=197,
    mac="00:0a:59:04:01:97",
    vendor="HW group",
    model="HWg-STE2",
    kind="sensor",
    quarter="outskirts",
    services=(Http(pages=(("/", Page(_PAGE)),), keeps_alive=False),),
    causes=frozenset((Expected("no-authentication", 80), Expected("firmware-unknown", 0))),
)
