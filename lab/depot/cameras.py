"""Cameras and recorders: the build in their version, or a version that their maker's archive dates."""

from datetime import date
from functools import partial

from lab.account import Account
from lab.fake import TLS, Build, Expected, Fake
from lab.services import isapi, onvif
from lab.services.axis import BasicDeviceInfo
from lab.services.dhip import Dhip
from lab.services.ftp import Ftp
from lab.services.http import Http, Lock, icon, page
from lab.services.rtsp import Rtsp
from lab.services.sadp import Sadp
from lab.services.ssdp import Ssdp
from lab.services.upnp import description

_ARCHIVE = "public archive of Hikvision's firmware"
_REOLINK = "Reolink's download center, release list"


def _lock(realm: str) -> Lock:
    return Lock(realm, Account("admin"), ("digest",))


def _web(realm: str) -> Http:
    """A web server that names the model, and nothing of the firmware."""
    return Http(port=443, tls=TLS("modern"), lock=_lock(realm), pages=(("/", page("Live view")),), keeps_alive=False)


def _page(title: str, maker: str) -> Http:
    """A page that names the maker, and nothing of the firmware."""
    return Http(port=443, tls=TLS("modern"), pages=(("/", page(title)),), favicon=icon(maker), keeps_alive=False)


def _onvif(maker: str, model: str, firmware: str, serial: str, hardware: str = "") -> Http:
    """An ONVIF service at port 8000 that tells strangers who it is."""
    device = onvif.Onvif(maker, model, firmware, serial, hardware, asks=False)
    return Http(port=8000, applications=((onvif.PATH, device),), keeps_alive=False)


_Camera = partial(Fake, quarter="depot", kind="camera")
_OPEN_ONVIF = Expected("no-authentication", 8000)
_CLEAR = Expected("cleartext-administration", 80)


def _sadp(mac: str, model: str, serial: str, software: str) -> Sadp:
    return Sadp(model=model, serial=serial, software=software, mac=mac)


FAKES = (
    _Camera(
        name="depot_bullet_2021",
        title="Camera, 4.7 years behind",
        host=2,
        mac="c0:56:e3:1a:10:02",
        vendor="Hikvision",
        model="DS-2CD2085G1-I",
        firmware="V5.6.6 build 210625",
        serial="DS-2CD2085G1-I20191104AAWRD82310002",
        services=(
            _web("DS-2CD2085G1-I"),
            _sadp("c0:56:e3:1a:10:02", "DS-2CD2085G1-I", "DS-2CD2085G1-I20191104AAWRD82310002", "V5.6.6build 210625"),
        ),
        causes=frozenset(
            (
                Expected("firmware-behind", 37020, "udp"),
                Expected("firmware-known-exploited", 37020, "udp"),
            )
        ),
        build=Build(
            date(2021, 6, 25), f"{_ARCHIVE}: V5.6.6", date(2021, 6, 25), "V5.6.821 build 260330", date(2026, 3, 30)
        ),
    ),
    _Camera(
        name="depot_turret_2021",
        title="Camera whose newest firmware is of January 2021, with a hole that is used",
        host=3,
        mac="c0:56:e3:1a:10:03",
        vendor="Hikvision",
        model="DS-2CD1123G0E-I",
        firmware="V5.5.84 build 210104",
        serial="DS-2CD1123G0E-I20200611AAWRE41720003",
        services=(
            Http(lock=_lock("DS-2CD1123G0E-I"), pages=(("/", page("Live view")),), keeps_alive=False),
            Ssdp(udn="uuid:4d454930-0000-1000-8000-c056e31a1003", location="http://{address}:49152/upnpdevicedesc.xml"),
            description(
                49152,
                "/upnpdevicedesc.xml",
                "uuid:4d454930-0000-1000-8000-c056e31a1003",
                friendlyName="HIKVISION DS-2CD1123G0E-I",
                manufacturer="Hikvision",
                modelDescription="IP Camera",
                modelName="DS-2CD1123G0E-I",
                modelNumber="V5.5.84 build 210104",
                serialNumber="DS-2CD1123G0E-I20200611AAWRE41720003",
            ),
        ),
        causes=frozenset((_CLEAR, Expected("firmware-abandoned", 49152), Expected("firmware-known-exploited", 49152))),
        build=Build(date(2021, 1, 4), f"{_ARCHIVE}: V5.5.84", date(2021, 1, 4)),
    ),
    Fake(
        name="depot_recorder_january",
        title="Recorder two releases behind",
        host=4,
        mac="c0:56:e3:1a:10:04",
        vendor="Hikvision",
        model="DS-7608NI-M2",
        kind="recorder",
        firmware="V5.04.081 build 260112",
        serial="DS-7608NI-M20820250312CCRRF19370004",
        quarter="depot",
        services=(
            _web("DS-7608NI-M2"),
            _sadp("c0:56:e3:1a:10:04", "DS-7608NI-M2", "DS-7608NI-M20820250312CCRRF19370004", "V5.04.081build 260112"),
        ),
        causes=frozenset((Expected("firmware-behind", 37020, "udp"),)),
        older_than="depot_recorder_july",
        build=Build(
            date(2026, 1, 12), f"{_ARCHIVE}: V5.04.081", date(2026, 1, 12), "V5.04.087 build 260727", date(2026, 7, 27)
        ),
    ),
    Fake(
        name="depot_recorder_july",
        title="Recorder on the newest firmware",
        host=5,
        mac="c0:56:e3:1a:10:05",
        vendor="Hikvision",
        model="DS-7608NI-M2",
        kind="recorder",
        firmware="V5.04.087",
        serial="DS-7608NI-M20820250312CCRRF19370005",
        quarter="depot",
        services=(
            Http(
                applications=(
                    (
                        isapi.PATH,
                        isapi.DeviceInfo(
                            model="DS-7608NI-M2",
                            serial="DS-7608NI-M20820250312CCRRF19370005",
                            mac="c0:56:e3:1a:10:05",
                            firmware="V5.04.087",
                            built="build 260727",
                        ),
                    ),
                ),
                lock=_lock("DS-7608NI-M2"),
                pages=(("/", page("index", "Live View")),),
                keeps_alive=False,
            ),
            _sadp("c0:56:e3:1a:10:05", "DS-7608NI-M2", "DS-7608NI-M20820250312CCRRF19370005", "V5.04.087build 260727"),
        ),
        causes=frozenset(
            (
                _CLEAR,
                Expected("no-authentication", 80),
            )
        ),
        build=Build(date(2026, 7, 27), f"{_ARCHIVE}: V5.04.087", date(2026, 7, 27)),
    ),
    _Camera(
        name="depot_bullet_2014",
        title="Camera of 2014 that no table knows",
        host=6,
        mac="44:19:b6:1a:10:06",
        vendor="Hikvision",
        model="DS-2CD2032-I",
        firmware="V5.2.0 build 140721",
        serial="DS-2CD2032-I20140902CCWR480070006",
        services=(
            _web("DS-2CD2032-I"),
            _onvif("HIKVISION", "DS-2CD2032-I", "V5.2.0 build 140721", "DS-2CD2032-I20140902CCWR480070006"),
        ),
        causes=frozenset(
            (
                _OPEN_ONVIF,
                Expected("firmware-old", 8000),
                Expected("firmware-known-exploited", 8000),
            )
        ),
        build=Build(date(2014, 7, 21), "mezz64/pyHik, issue 1"),
    ),
    _Camera(
        name="depot_reolink_2022",
        title="Camera, 1.8 years behind for its hardware",
        host=7,
        mac="ec:71:db:4e:10:07",
        vendor="Reolink",
        model="RLC-810A",
        firmware="v3.1.0.956_22041503",
        serial="9527000014a10007",
        services=(
            _page("Reolink", "reolink"),
            _onvif("Reolink", "RLC-810A", "v3.1.0.956_22041503", "9527000014a10007", "IPC_523128M8MP"),
        ),
        causes=frozenset((_OPEN_ONVIF, Expected("firmware-behind", 8000))),
        older_than="depot_reolink_2024",
        build=Build(
            date(2022, 4, 15),
            f"{_REOLINK}: the version's own date; published on 2022-04-18",
            date(2022, 4, 15),
            "v3.1.0.956_24022103",
            date(2024, 2, 21),
        ),
    ),
    _Camera(
        name="depot_reolink_2024",
        title="Camera on the newest firmware for its hardware",
        host=8,
        mac="ec:71:db:4e:10:08",
        vendor="Reolink",
        model="RLC-810A",
        firmware="v3.1.0.956_24022103",
        serial="9527000014a10008",
        services=(
            _page("Reolink", "reolink"),
            _onvif("Reolink", "RLC-810A", "v3.1.0.956_24022103", "9527000014a10008", "IPC_523128M8MP"),
        ),
        causes=frozenset((_OPEN_ONVIF,)),
        build=Build(
            date(2024, 2, 21), f"{_REOLINK}: the version's own date; published on 2024-02-23", date(2024, 2, 21)
        ),
    ),
    _Camera(
        name="depot_reolink_2025",
        title="The same camera on other hardware, one release behind",
        host=9,
        mac="ec:71:db:4e:10:09",
        vendor="Reolink",
        model="RLC-810A",
        firmware="v3.1.0.4972_2506051543",
        serial="9527000014a10009",
        services=(
            _page("Reolink", "reolink"),
            _onvif("Reolink", "RLC-810A", "v3.1.0.4972_2506051543", "9527000014a10009", "IPC_56064M8MP"),
        ),
        causes=frozenset((_OPEN_ONVIF, Expected("firmware-behind", 8000))),
        build=Build(
            date(2025, 6, 5),
            f"{_REOLINK}: the version's own date; published on 2025-07-25",
            date(2025, 6, 5),
            "v3.1.0.5764_2512171966",
            date(2025, 12, 17),
        ),
    ),
    _Camera(
        name="depot_reolink_2019",
        title="Camera whose newest firmware is of 2019",
        host=14,
        mac="ec:71:db:4e:10:14",
        vendor="Reolink",
        model="RLC-423",
        firmware="489_19072600",
        serial="9527000014a10014",
        services=(
            _page("Reolink", "reolink"),
            _onvif("Reolink", "RLC-423", "489_19072600", "9527000014a10014", "IPC_51516M"),
        ),
        causes=frozenset((_OPEN_ONVIF, Expected("firmware-abandoned", 8000))),
        build=Build(date(2019, 7, 26), f"{_REOLINK}: the version's own date", date(2019, 7, 26)),
    ),
    Fake(
        name="depot_dahua_2020",
        title="Door station of 2020 that no table knows",
        host=15,
        mac="3c:ef:8c:5d:10:15",
        vendor="Dahua",
        model="VTO2111D",
        kind="intercom",
        firmware="4.300.0000003.0.R",
        serial="6G0A2B1PAJ10015",
        quarter="depot",
        services=(
            _page("WEB SERVICE", "dahua"),
            Dhip(
                model="VTO2111D",
                device_class="VTO",
                serial="6G0A2B1PAJ10015",
                version="4.300.0000003.0.R,build:2020-03-11",
                mac="3c:ef:8c:5d:10:15",
                name="VTO",
            ),
        ),
        causes=frozenset((Expected("firmware-old", 37810, "udp"),)),
        build=Build(date(2020, 3, 11), "rroller/dahua, issue 344: VTO2111D"),
    ),
    _Camera(
        name="depot_dahua_2024",
        title="Camera of 2024",
        host=16,
        mac="3c:ef:8c:5d:10:16",
        vendor="Dahua",
        model="DH-SD3C405DB-GNY-A-PV",
        firmware="3.200.0000011.1.R, Build Date 2024-06-19",
        serial="7C0A2B1PAJ10016",
        services=(
            _page("WEB SERVICE", "dahua"),
            _onvif(
                "Dahua", "DH-SD3C405DB-GNY-A-PV", "3.200.0000011.1.R, Build Date 2024-06-19", "7C0A2B1PAJ10016", "1.00"
            ),
        ),
        causes=frozenset((_OPEN_ONVIF,)),
        build=Build(date(2024, 6, 19), "rroller/dahua, issue 435: DH-SD3C405DB-GNY-A-PV"),
    ),
    _Camera(
        name="depot_axis_2018",
        title="Camera of 2018 that tells its build to strangers",
        host=17,
        mac="ac:cc:8e:2b:10:17",
        vendor="Axis",
        model="Q3505 Mk II",
        firmware="8.20.1",
        serial="ACCC8E2B1017",
        services=(
            Http(
                lock=_lock("AXIS_ACCC8E2B1017"),
                pages=(("/", page("AXIS", "Live view")),),
                applications=(
                    (
                        "/axis-cgi/basicdeviceinfo.cgi",
                        BasicDeviceInfo(
                            "Q3505 Mk II",
                            "AXIS Q3505 Mk II Fixed Dome Network Camera",
                            "Network Camera",
                            "ACCC8E2B1017",
                            "8.20.1",
                            "Feb 14 2018 13:08",
                            "714.4",
                        ),
                    ),
                ),
                keeps_alive=False,
            ),
        ),
        causes=frozenset((_CLEAR, Expected("firmware-old", 80))),
        build=Build(date(2018, 2, 14), "Axis, VAPIX: Basic device information, the documentation's own example"),
    ),
    _Camera(
        name="depot_axis_2007",
        title="Camera of 2007 that greets with its build",
        host=18,
        mac="00:40:8c:7d:10:18",
        vendor="Axis",
        model="211",
        firmware="4.40",
        services=(Ftp(greeting="AXIS 211 Network Camera 4.40 (Jan 12 2007) ready."),),
        causes=frozenset((Expected("cleartext-administration", 21), Expected("firmware-old", 21))),
        build=Build(date(2007, 1, 12), "the FTP greeting of an AXIS 211 as network scanners have recorded it"),
    ),
    _Camera(
        name="depot_uniview_2022",
        title="Camera of 2022",
        host=19,
        mac="48:ea:63:3c:10:19",
        vendor="Uniview",
        model="IPC3615SB-ADF28KM-I0",
        firmware="GIPC-B6202.SMD-20220629.220629",
        serial="210235C5PA10019",
        services=(
            Rtsp(realm="Streaming", account=Account("admin")),
            _onvif("UNIVIEW", "IPC3615SB-ADF28KM-I0", "GIPC-B6202.SMD-20220629.220629", "210235C5PA10019", "A"),
        ),
        causes=frozenset((_OPEN_ONVIF, Expected("firmware-old", 8000))),
        build=Build(
            date(2022, 6, 29), "public code that holds the versions of registered cameras: IPC3615SB-ADF28KM-I0"
        ),
    ),
    _Camera(
        name="depot_hwi_2020",
        title="Camera of 2020 with a hole that is used",
        host=32,
        mac="c0:56:e3:1a:10:32",
        vendor="Hikvision",
        model="HWI-B120-D/W",
        kind=None,
        firmware="V5.5.101 build 200408",
        serial="HWI-B120-D/W20200613AAWRE51120032",
        services=(
            Http(lock=_lock("HWI-B120-D/W"), pages=(("/", page("Live view")),), keeps_alive=False),
            Ssdp(udn="uuid:4d454930-0000-1000-8000-c056e31a1032", location="http://{address}:49152/upnpdevicedesc.xml"),
            description(
                49152,
                "/upnpdevicedesc.xml",
                "uuid:4d454930-0000-1000-8000-c056e31a1032",
                friendlyName="HIKVISION HWI-B120-D/W",
                manufacturer="Hikvision",
                modelDescription="IP Camera",
                modelName="HWI-B120-D/W",
                modelNumber="V5.5.101 build 200408",
                serialNumber="HWI-B120-D/W20200613AAWRE51120032",
            ),
        ),
        causes=frozenset((_CLEAR, Expected("firmware-old", 49152), Expected("firmware-known-exploited", 80))),
        build=Build(
            date(2020, 4, 8), "Metasploit's documentation of hikvision_cve_2021_36260_blind, where it was tried"
        ),
    ),
)
