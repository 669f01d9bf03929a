"""The catalogue as a whole: one spelling of each vendor, no entry twice or in vain, nothing believed of a dull text, and CPE names that are well formed."""

import re
import unicodedata
from collections import defaultdict
from datetime import UTC, datetime

import pytest

from checks.credentials import load_catalogue
from inventory.model import CLAIMS, Endpoint, Observation
from lab.fake import load_fakes
from scanner.fingerprint import FACTS, Fingerprint, fingerprint, load_fingerprints

ENTRIES = load_fingerprints()
CLAIMING = [entry for entry in ENTRIES if not entry.means_nothing]
NOW = datetime(2026, 11, 1, tzinfo=UTC)

_LEGAL = re.compile(
    "inc|ltd|limited|llc|gmbh|ag|kg|co|corp|corporation|company|sa|spa|srl|bv|nv|ab|as|oy|oyj|plc|pty|kk|group"
    "|holding|international|networks|systems|technologies|technology|electronics|electric|communications"
    "|industries|traffic|the|and"
)
"""Words that tell a company's form or trade, and none company from another."""


def plain(vendor: str) -> str:
    """A vendor's name without accents, case, punctuation, legal form and trade."""
    ascii_only = unicodedata.normalize("NFKD", vendor).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", ascii_only.replace(".", ""))
    return "".join(word for word in words if not _LEGAL.fullmatch(word)) or "".join(words)


def fixed_vendors() -> set[str]:
    """The vendors that entries name themselves, not those that a device spells as it likes."""
    return {name for entry in ENTRIES if (name := entry.claims.get("vendor", "{")) and "{" not in name}


def spellings(*names: set[str]) -> list[set[str]]:
    by_plain = defaultdict(set)
    for name in set().union(*names):
        by_plain[plain(name)].add(name)
    return [several for several in by_plain.values() if len(several) > 1]


def test_each_vendor_is_spelt_in_one_way():
    assert spellings(fixed_vendors()) == []


def test_a_vendor_is_spelt_as_the_accounts_and_the_lab_spell_it():
    accounts = {entry.vendor for entry in load_catalogue()}
    fakes = {device.vendor for device in load_fakes() if device.vendor}
    assert spellings(fixed_vendors(), accounts, fakes) == []


def test_no_two_entries_look_for_the_same():
    seen: dict[tuple[str, str], str] = {}
    for entry in ENTRIES:
        assert seen.setdefault((entry.fact, entry.pattern.regex.pattern), entry.id) == entry.id


def covers(other: Fingerprint, entry: Fingerprint) -> bool:
    """Whether `other` claims of every example of `entry` all that `entry` does, as surely."""
    if other is entry or other.fact != entry.fact or other.confidence < entry.confidence:
        return False
    for example in entry.examples:
        claims = other.read(example.text)
        if claims is None or not example.claims.items() <= {claim.name: claim.value for claim in claims}.items():
            return False
    return True


@pytest.mark.parametrize("fact", sorted({entry.fact for entry in CLAIMING}))
def test_no_entry_is_in_vain(fact):
    alike = [entry for entry in CLAIMING if entry.fact == fact]
    assert [(entry.id, other.id) for entry in alike for other in alike if covers(other, entry)] == []


def test_a_model_is_of_one_kind_whichever_fact_names_it():
    kinds = defaultdict(set)
    for entry in CLAIMING:
        for example in entry.examples:
            if {"vendor", "model", "kind"} <= example.claims.keys():
                model = re.sub(r"[\s_-]", "", example.claims["model"]).lower()
                kinds[example.claims["vendor"], model].add(example.claims["kind"])
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}


_WORDS = """Login|Home|Index of /|Welcome|Untitled Document|Document|Web Server|Web Interface|Web Management|Web Client|Web UI|Main|Start|Startseite|Anmeldung
Accueil|Status|Overview|Dashboard|Device|Device Manager|Configuration|Setup|Settings|System|Administration|Admin Login|Sign in|Please login|Loading...
Redirecting...|Error|Gateway|Network|Switch|Modem|Wireless Router|Router|Access Point|Printer|Server|NVR|DVR|Recorder|Video|Camera|IP Camera|Live View|CMS
HMI|PLC|UPS|PDU|Controller|Control Panel|Portal|Monitor|Energy|Meter|Weather Station|Parking|Charging Station|Lighting|Access Control|Intercom|Phone|SIP
Command Center|Instant|Unleashed|Entry|Canopy|Mimosa|Twin|Twinkle|Vanguard|emerge|Axis|The axis of rotation|I commend you|Commend|Lumens per watt|Crimson
Bachmann Turner Overdrive|Orbit|Umbrella|Eve|Christmas Eve|Terra|Terra Nova Museum|Spirit|The Spirit of the City|Compass|Moral Compass|Edge|On the Edge
Prime|Prime Minister|Focus|In Focus|Vision|Our Vision 2030|Clarity|Insight|Pulse|Horizon|Galaxy|Orion|Atlas|Phoenix|Phoenix City Council|Sierra Club|Delta
Delta Air Lines|Trend Report|Banner|Mercury|Venus|Symphony|Harmony|Maestro|Matrix|Vector graphics|Sentinel|Ranger|Pioneer|Navigator|Beacon|Signals|Smart City
Base Station|Bridge|Eclipse|Solar Eclipse|Cloud|Ruby|Cobalt|Indigo|Strada|La Strada|Meridian|Tracer|Nova|Quantum|Fusion|Element|Evolution|Polaris|Summit
Take a peek inside|Valley|Harbor|Point|Path|Mission|Hope|Spark|Wave|Common carrier|Honey|Sharp turn ahead|Big Brother|Canon law|Fox|Niagara Falls|Hue and cry
Nest|Ring|Wedding Ring|Blink|Google|Apple pie|Market intel|Juniper berries|What a ruckus|Rocket Launch|Simon says|Notifier|Peter Parker|Wind turbine
Cubic metre|Options|Instagram|Wit and wisdom|Extreme sports|Carrier pigeon|Buffalo Bill|Proximity|Privacy Policy|Reliable|New York|Oxford|CentOS"""
_SYSTEMS = """Linux localhost 4.19|Linux localhost 4.19.0-16-amd64 #1 SMP Debian 4.19.181-1 (2021-03-19) x86_64|Linux (none) 2.6.31 #1 Mon Jan 5 2015 armv5tejl
Hardware: Intel64 Family 6 Model 142 - Software: Windows Version 6.3|FreeBSD host 12.2-RELEASE amd64|SunOS sun 5.10 Generic|VxWorks SNMPv1/v2c Agent
Ethernet Switch|24-Port Gigabit Smart Switch|SNMP Agent|Embedded Linux|Net-SNMP agent"""
_DULL: dict[str, str] = {
    "http.title": _WORDS
    + """
Welcome to nginx!|Apache2 Debian Default Page: It works|It works!|401 Unauthorized|403 Forbidden|404 Not Found|IIS Windows Server|Directory listing for /
React App|Just another WordPress site|Swagger UI|Home Assistant|Node-RED|Grafana|Apache Tomcat/9.0.31|OpenWrt - LuCI""",
    "http.server": """nginx|nginx/1.18.0 (Ubuntu)|Apache|Apache/2.4.57 (Debian) OpenSSL/3.0.9|Microsoft-IIS/10.0|Microsoft-HTTPAPI/2.0|lighttpd/1.4.35
thttpd/2.25b 29dec2003|mini_httpd/1.19 19dec2003|micro_httpd|Boa/0.94.14rc21|GoAhead-Webs|GoAhead-http|uhttpd/1.0.0|Jetty(9.4.z-SNAPSHOT)
Apache-Coyote/1.1|Werkzeug/2.0.1 Python/3.8.10|SimpleHTTP/0.6 Python/3.10.12|TornadoServer/6.1|gunicorn/19.9.0|Caddy|cloudflare|openresty|Kestrel
WebServer|Embedded HTTP Server|httpd|mongoose|Allegro-Software-RomPager/4.07|Virata-EmWeb/R6_2_1|KEIL-EWEB/2.1|lwIP/2.0.0|Express|squid/3.5.20|Webs""",
    "http.realm": "Login|Restricted Area|Authorization Required|Administrator|Web Server|Protected|index.html|.|Camera|IP Camera|Router|DVR|level 1|Mongoose",
    "http.cookies": "PHPSESSID|JSESSIONID|ASP.NET_SessionId|session|sid|lang|csrftoken|connect.sid|laravel_session",
    "rtsp.realm": "Login|RTSP Server|LIVE555 Streaming Media|streaming|Media Server|IP Camera",
    "rtsp.server": "RTSP Server|Rtsp Server|GStreamer RTSP server|LIVE555 Streaming Media v2016.07.19|MediaMTX|gortsplib|DSS/5.5.5|VLC/3.0.8",
    "snmp.sys_descr": _SYSTEMS + "\n" + _WORDS,
    "lldp.system_description": _SYSTEMS,
    "telnet.banner": """login:|localhost login:|(none) login:|Username:|Password:|Welcome to Linux|Debian GNU/Linux 10|Login authentication|router login:
Authorized access only!|BusyBox v1.19.4 (2013-06-18) built-in shell (ash)|Telnet server|raspberrypi login:|orbit login:|vision login:""",
    "ftp.banner": """FTP server ready.|220 (vsFTPd 3.0.3)|220 ProFTPD 1.3.5 Server (Debian)|220 Welcome|220 Microsoft FTP Service|220 Service ready
220 pyftpdlib 1.5.6 ready.|VxWorks (5.5) FTP server ready|220-FileZilla Server 0.9.60 beta""",
    "ssh.software": "OpenSSH_7.4|dropbear|dropbear_2012.55|libssh_0.9.6|paramiko_2.7.1|Go|AsyncSSH_2.5.0|1.00|mod_sftp|Twisted",
    "ssh.comment": "Debian-10+deb10u2|Ubuntu-4ubuntu0.3|FreeBSD-20200214|PKIX",
    "sip.agent": """SIP|Asterisk PBX 13.1.0|FPBX-13.0(13.7.1)|kamailio (5.2.1 (x86_64/linux))|OpenSIPS (2.4)|PJSUA v2.10
Linphone/3.6.1 (eXosip2/4.1.0)|baresip v0.6|User Agent|IP Phone|PBX|Gateway|Commendable/1.0""",
    "tls.subject": """CN=localhost|CN=localhost.localdomain,O=SomeOrganization|CN=192.0.2.1|CN=*.example.com,O=Example Ltd.|CN=router|CN=camera|CN=gateway
O=Internet Widgits Pty Ltd,ST=Some-State,C=AU|CN=OpenWrt,O=OpenWrt,C=ZZ|CN=x.example.org,O=Delta Air Lines|CN=y.example.org,O=City of Phoenix
CN=z.example.org,O=Axis Bank|CN=edge|CN=vision|CN=terra|CN=eve|CN=s.example.org,O=Sierra Club|CN=nginx""",
    "ssdp.server": "Linux UPnP/1.0|Microsoft-Windows/10.0 UPnP/1.0 UPnP-Device-Host/1.0|Linux/2.6.5 UPnP/1.0 Portable SDK for UPnP devices/1.6.18",
    "upnp.manufacturer": "Manufacturer|Unknown|Generic|Linux|Router|MiniUPnP|Brotherhood Ltd|Canonical|Sonya",
    "onvif.manufacturer": "Manufacturer|Unknown|Generic|IP Camera|ONVIF|Network",
    "onvif.model": "IP Camera|Model|Unknown|Base|Force|Safety|Solo|Style",
    "dhcp.host_name": "localhost|camera|router|printer|desktop-abc123|raspberrypi|axis|trend|edge|vision|eve|compass|brother|sharp|nest|rocket|fox",
    "mdns.hostname": "localhost|camera|router|printer|raspberrypi|axis|trend|edge|vision|eve|compass|brother|sharp|nest|rocket|fox",
    "netbios.name": "LOCALHOST|CAMERA|SERVER|DESKTOP-ABC123|AXIS|TREND|EDGE|VISION|BROTHER|FOX",
    "dhcp.vendor_class": "MSFT 5.0|dhcpcd-8.1.2:Linux-4.19:x86_64|udhcp 1.19.4|android-dhcp-10|Mister|Canonical|Brotherhood|Wagon",
    "opcua.product_uri": "urn:server|urn:open62541.server.application|urn:freeopcua:python:server|http://hms-victory.example.org",
    "favicon.md5": "d41d8cd98f00b204e9800998ecf8427e|68b329da9893e34099c7d8ad5cb9c940",
}
"""What the software of anyone says, what a page of anyone is called, and names of products that are words of every day. The favicons are of no and one byte."""


@pytest.mark.parametrize("fact", _DULL)
def test_a_dull_or_foreign_text_leads_to_no_vendor(fact):
    assert fact in FACTS
    texts = [text.strip() for text in _DULL[fact].replace("\n", "|").split("|")]
    found = [(text, claim.value, claim.fingerprint) for text in texts for claim in claims(fact, text)]
    assert found == []


def claims(fact: str, text: str):
    observation = Observation(Endpoint("192.0.2.1", 80), "some", {fact: text}, b"", NOW)
    return [claim for claim in fingerprint([observation], None) if claim.name == "vendor"]


_ATTRIBUTE = r"(?:\*|-|(?:[a-z0-9._-]|\\[!-/:-@\[-`{-~])+)"
_CPE = re.compile(rf"cpe:2\.3:[ho](?::{_ATTRIBUTE}){{10}}", re.ASCII)
"""The formatted string of NISTIR 7695, section 6.2: thirteen parts, of which the values are lower case, and punctuation other than . - _ is quoted."""


def test_a_cpe_name_is_well_formed_and_of_the_device():
    assert "cpe" in CLAIMS
    names = [example.claims["cpe"] for entry in ENTRIES for example in entry.examples if "cpe" in example.claims]
    assert [name for name in names if not _CPE.fullmatch(name)] == []
    assert [name for name in names if re.match(r"cpe:2\.3:.:(?:\*|-):|cpe:2\.3:.:[^:]+:(?:\*|-):", name)] == []


def test_every_maker_whose_accounts_are_known_can_be_recognised_or_it_is_said_why_not():
    recognised = {plain(name) for name in fixed_vendors()}
    assert [
        entry.id for entry in load_catalogue() if (plain(entry.vendor) in recognised) is bool(entry.no_fingerprint)
    ] == []
