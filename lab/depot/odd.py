"""What misleads: parts that are older or newer than the whole, distributions that mend without a new number, dates that cannot be, and contradictions."""

from datetime import date
from functools import partial

from lab.account import Account
from lab.fake import TLS, Build, Expected, Fake
from lab.services import onvif
from lab.services.axis import BasicDeviceInfo
from lab.services.dhip import Dhip
from lab.services.http import Http, Lock, icon, page
from lab.services.ntp import Ntp
from lab.services.rtsp import Rtsp
from lab.services.sadp import Sadp
from lab.services.snmp import Snmp
from lab.services.ssdp import Ssdp
from lab.services.ssh import Ssh
from lab.services.upnp import description

_COMMUNITY = (Expected("snmp-default-community", 161, "udp"), Expected("cleartext-administration", 161, "udp"))
_PUBLIC = ("fleet-default-account: the community public",)
_DAMAGED = "V5.2.0 build 140721 (mezz64/pyHik, issue 1), its statement damaged by this lab"

_WEB = Http(port=443, tls=TLS("modern"), pages=(("/", page("Status")),), keeps_alive=False)
_Device = partial(Fake, quarter="depot")


def _web(realm: str) -> Http:
    lock = Lock(realm, Account("admin"), ("digest",))
    return Http(port=443, tls=TLS("modern"), lock=lock, pages=(("/", page("Live view")),), keeps_alive=False)


def _onvif(firmware: str, serial: str) -> Http:
    device = onvif.Onvif("HIKVISION", "DS-2CD2032-I", firmware, serial, asks=False)
    return Http(port=8000, applications=((onvif.PATH, device),), keeps_alive=False)


FAKES = (
    _Device(
        name="depot_dropbear_2019",
        title="Device that names nothing but its SSH server",
        host=139,
        mac="00:0d:b9:52:11:39",
        services=(Ssh(version="dropbear_2019.78", host_key="rsa"),),
        causes=frozenset((Expected("component-old", 22),)),
        build=Build(date(2021, 2, 15), "OpenWrt 19.07.7, whose package dropbear is 2019.78"),
    ),
    _Device(
        name="depot_debian_9",
        title="Device of Debian 9, whose SSH server was mended without a new number",
        host=140,
        mac="00:0d:b9:52:11:40",
        services=(Ssh(version="OpenSSH_7.4p1 Debian-10+deb9u5"),),
        causes=frozenset((Expected("component-old", 22),)),
        build=Build(date(2019, 2, 9), "Debian, DSA-4387-1: openssh 1:7.4p1-10+deb9u5"),
    ),
    _Device(
        name="depot_debian_12",
        title="Device of Debian 12",
        host=141,
        mac="00:0d:b9:52:11:41",
        services=(Ssh(version="OpenSSH_9.2p1 Debian-2+deb12u3"),),
        causes=frozenset(),
        build=Build(date(2024, 7, 1), "Debian, DSA-5724-1: openssh 1:9.2p1-2+deb12u3"),
    ),
    _Device(
        name="depot_ubuntu_22_04",
        title="Device of Ubuntu 22.04",
        host=142,
        mac="00:0d:b9:52:11:42",
        services=(Ssh(version="OpenSSH_8.9p1 Ubuntu-3ubuntu0.10"),),
        causes=frozenset(),
        build=Build(date(2024, 7, 1), "Ubuntu, USN-6859-1: openssh 1:8.9p1-3ubuntu0.10"),
    ),
    _Device(
        name="depot_kernel_2012",
        title="Appliance whose kernel was compiled in 2012",
        host=143,
        mac="00:1b:21:3c:11:43",
        services=(
            _WEB,
            Snmp(
                enterprise=8072,
                mac="00:1b:21:3c:11:43",
                community="public",
                descr="Linux hostname 2.6.9 #2 SMP Tue Jun 26 16:10:49 EDT 2012 x86_64",
                name="depot-kernel",
            ),
        ),
        together=_PUBLIC,
        causes=frozenset((*_COMMUNITY, Expected("component-old", 161, "udp"))),
        build=Build(
            date(2012, 6, 26), "rapid7/recog, xml/snmp_sysdescr.xml: the day of its kernel, which is the first possible"
        ),
    ),
    _Device(
        name="depot_ntpd_2007",
        title="Time server whose ntpd was compiled in 2007",
        host=155,
        mac="ec:46:70:00:11:55",
        vendor="Meinberg",
        model="LANTIME M200",
        kind="server",
        services=(
            Http(port=443, tls=TLS("modern"), pages=(("/", page("LANTIME M200 - Meinberg")),), keeps_alive=False),
            Ntp(version="ntpd 4.2.4p3@1.1502-o Wed Jul 18 11:45:01 UTC 2007 (1)", system="Linux/2.6.15.1"),
        ),
        causes=frozenset((Expected("component-old", 123, "udp"), Expected("amplifier", 123, "udp"))),
        build=Build(
            date(2007, 7, 18), "rapid7/recog, xml/ntp_banners.xml: the day of its ntpd, which is the first possible"
        ),
    ),
    _Device(
        name="depot_live555",
        title="Device that names nothing but its stream server of 2016",
        host=144,
        mac="00:1b:21:3c:11:44",
        services=(Rtsp(server="LIVE555 Streaming Media v2016.04.01", realm="Streaming", account=Account("admin")),),
        causes=frozenset((Expected("component-old", 554),)),
        build=Build(None, "LIVE555's version is the day of its release; nothing says which firmware carries it"),
    ),
    _Device(
        name="depot_thttpd",
        title="Device that names nothing but its web server of 2003",
        host=145,
        mac="00:1b:21:3c:11:45",
        services=(Http(server="thttpd/2.25b 29dec2003", pages=(("/", page("Status", "Running")),), keeps_alive=False),),
        causes=frozenset((Expected("component-old", 80),)),
        build=Build(
            None, "acme.com: thttpd 2.25b was the newest from 2003 to 2014; nothing says which firmware carries it"
        ),
    ),
    _Device(
        name="depot_two_builds",
        title="Camera that was updated, and whose UPnP description still has its first build",
        host=146,
        mac="44:19:b6:1a:11:46",
        vendor="Hikvision",
        model="DS-2CD2142FWD-I",
        kind="camera",
        firmware="V5.4.5 build 170124",
        serial="DS-2CD2142FWD-I20150602AAWR480071146",
        services=(
            _web("DS-2CD2142FWD-I"),
            Sadp(
                model="DS-2CD2142FWD-I",
                serial="DS-2CD2142FWD-I20150602AAWR480071146",
                software="V5.4.5build 170124",
                mac="44:19:b6:1a:11:46",
            ),
            Ssdp(udn="uuid:4d454930-0000-1000-8000-4419b61a1146", location="http://{address}:49152/upnpdevicedesc.xml"),
            description(
                49152,
                "/upnpdevicedesc.xml",
                "uuid:4d454930-0000-1000-8000-4419b61a1146",
                manufacturer="Hikvision",
                modelName="DS-2CD2142FWD-I",
                modelNumber="V5.3.1 build 150410",
                serialNumber="DS-2CD2142FWD-I20150602AAWR480071146",
            ),
        ),
        causes=frozenset((Expected("firmware-old", 37020, "udp"), Expected("firmware-known-exploited", 37020, "udp"))),
        build=Build(
            date(2017, 1, 24),
            "ICSA-17-124-01: DS-2CD2xx2FWD is mended in V5.4.5 build 170124, and was affected from V5.3.1 build 150410 on",
        ),
    ),
    _Device(
        name="depot_newer_part",
        title="Traffic signal controller with a part that is younger than the day it states",
        host=147,
        mac="00:04:81:3a:11:47",
        vendor="Econolite",
        model="Cobalt",
        kind="traffic-controller",
        services=(
            Ssh(version="dropbear_2020.81"),
            Snmp(
                enterprise=8072,
                mac="00:04:81:3a:11:47",
                community="public",
                descr="Econolite Cobalt ATC; Linux 2.6.35; build 2013-06-18",
                name="depot-cobalt",
            ),
        ),
        together=_PUBLIC,
        causes=frozenset((*_COMMUNITY, Expected("component-old", 22), Expected("component-old", 161, "udp"))),
        build=Build(
            date(2020, 10, 29),
            "Dropbear's changelog: 2020.81 is of 29 October 2020; the day it states was left standing by this lab",
        ),
    ),
    _Device(
        name="depot_february_31",
        title="Camera that was built on 31 February",
        host=148,
        mac="44:19:b6:1a:11:48",
        vendor="Hikvision",
        model="DS-2CD2032-I",
        kind="camera",
        firmware="V5.2.0 build 140231",
        serial="DS-2CD2032-I20140902CCWR480071148",
        services=(
            _web("DS-2CD2032-I"),
            _onvif("V5.2.0 build 140231", "DS-2CD2032-I20140902CCWR480071148"),
        ),
        causes=frozenset(
            (
                Expected("no-authentication", 8000),
                Expected("firmware-unknown", 0),
                Expected("firmware-known-exploited", 8000),
            )
        ),
        build=Build(date(2014, 7, 21), _DAMAGED),
    ),
    _Device(
        name="depot_year_2107",
        title="Door station of the last day that a FAT file system knows",
        host=149,
        mac="3c:ef:8c:5d:11:49",
        vendor="Dahua",
        model="VTO2111D",
        kind="intercom",
        firmware="4.300.0000003.0.R",
        serial="6G0A2B1PAJ11149",
        services=(
            Http(
                port=443,
                tls=TLS("modern"),
                pages=(("/", page("WEB SERVICE")),),
                favicon=icon("dahua"),
                keeps_alive=False,
            ),
            Dhip(
                model="VTO2111D",
                device_class="VTO",
                serial="6G0A2B1PAJ11149",
                version="4.300.0000003.0.R,build:2107-12-31",
                mac="3c:ef:8c:5d:11:49",
                name="VTO",
            ),
        ),
        causes=frozenset((Expected("firmware-unknown", 0),)),
        build=Build(
            date(2020, 3, 11), "4.300.0000003.0.R (rroller/dahua, issue 344), its statement damaged by this lab"
        ),
    ),
    _Device(
        name="depot_epoch",
        title="Camera whose build, pages and certificate are of 1 January 1970",
        host=153,
        mac="ac:cc:8e:2b:11:53",
        vendor="Axis",
        model="M1065-LW",
        kind="camera",
        firmware="9.80.1",
        serial="ACCC8E2B1153",
        services=(
            Http(
                port=443,
                tls=TLS("first-start", "TLSv1.2", "TLSv1.3", "CN=axis-accc8e2b1153"),
                pages=(("/", page("AXIS", "Live view")),),
                headers=(("Last-Modified", "Thu, 01 Jan 1970 00:00:42 GMT"),),
                applications=(
                    (
                        "/axis-cgi/basicdeviceinfo.cgi",
                        BasicDeviceInfo(
                            "M1065-LW",
                            "AXIS M1065-LW Network Camera",
                            "Network Camera",
                            "ACCC8E2B1153",
                            "9.80.1",
                            "Jan 01 1970 00:00",
                            "70E",
                        ),
                    ),
                ),
                keeps_alive=False,
            ),
        ),
        causes=frozenset(
            (
                Expected("firmware-unknown", 0),
                Expected("firmware-advisory", 443),
                Expected("tls-certificate-default-date", 443),
                Expected("tls-certificate-expiring", 443),
                Expected("tls-certificate-self-signed", 443),
                Expected("tls-certificate-hygiene", 443),
            )
        ),
        build=Build(None, "AXIS OS 9.80.1 is of 2020; the day of its build is not in any table at hand"),
    ),
)
