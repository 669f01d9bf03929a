"""Sixteen devices of a city, as they are heard, and exactly what each must cause: (check, port, severity where it varies)."""

import pytest

from checks.contract import Answer, Verdict, load_checks
from inventory.ledger import LooseBook
from inventory.model import Level, Severity

INFO, LOW, MEDIUM, HIGH, CRITICAL = Severity
DIGEST = ("rtsp", 554, {"rtsp.status": 401, "rtsp.auth": "digest"})
LOGIN = {"telnet.prompt": "login"}
FTP = ("ftp", 21, {"ftp.code": 220})
SNMP = {"snmp.sys_descr": "as it says to a community"}


def page(port=80, **facts):
    return ("http", port, {"http.status": 200, "http.tls": port == 443} | {f"http.{k}": v for k, v in facts.items()})


def asked(port=80, auth="basic"):
    return page(port, status=401, auth=auth)


CITY = {
    "hikvision_camera": (
        ("Hikvision", "DS-2CD2142FWD-I", "camera"),
        [asked(auth="basic,digest"), ("telnet", 23, LOGIN), DIGEST, ("upnp", 49152, {})],
        [("firmware", "V5.4.5 build 170124", 49152), ("firmware_date", "2017-01-24", 49152)],
        {("http", "admin", "12345")},
        {
            ("default-credentials", 80, CRITICAL),
            ("cleartext-administration", 80, MEDIUM),
            ("cleartext-administration", 23, HIGH),
            ("firmware-old", 49152, MEDIUM),
            ("firmware-known-exploited", 49152, MEDIUM),
        },
    ),
    "dahua_camera": (
        ("Dahua", "", "camera"),
        [
            page(password_form=True),
            page(443, password_form=True),
            ("tls", 443, {"versions": ("TLSv1.0", "TLSv1.1", "TLSv1.2"), "bits": 1024, "hash": "sha1", "own": True}),
            DIGEST,
        ],
        [],
        set(),
        {
            ("tls-old-version", 443, MEDIUM),
            ("tls-advice", 443, INFO),
            ("tls-certificate-weak-key", 443, HIGH),
            ("tls-certificate-weak-signature", 443, MEDIUM),
            ("tls-certificate-self-signed", 443, LOW),
            ("http-not-redirected", 80, MEDIUM),
            ("firmware-unknown", 0, INFO),
        },
    ),
    "axis_camera": (
        ("Axis", "P3245-LV", "camera"),
        [page(status=301), asked(443, "digest"), ("tls", 443, {"key": "ec", "bits": 256}), DIGEST, ("upnp", 49154, {})],
        [("firmware_date", "2026-06-12", 443)],
        set(),
        set(),
    ),
    "uniview_recorder": (
        ("Uniview", "NVR301-08B", "recorder"),
        [asked(), DIGEST],
        [("component", "lighttpd 1.4.35", 80)],
        {("http", "admin", "123456")},
        {
            ("default-credentials", 80, CRITICAL),
            ("cleartext-administration", 80, HIGH),
            ("component-old", 80, MEDIUM),
        },
    ),
    "econolite_controller": (
        ("Econolite", "Cobalt", "traffic-controller"),
        [page(), ("ssh", 22, {"ssh.software": "dropbear_2012.55"}), ("snmp", 161, SNMP)],
        [("component", "dropbear 2012.55", 22)],
        {("snmp", "", "public")},
        {
            ("snmp-default-community", 161, HIGH),
            ("cleartext-administration", 161, MEDIUM),
            ("component-old", 22, MEDIUM),
        },
    ),
    "daktronics_sign": (
        ("Daktronics", "Venus 1500", "message-sign"),
        [page(password_form=True), ("telnet", 23, LOGIN)],
        [],
        set(),
        {
            ("cleartext-administration", 80, MEDIUM),
            ("cleartext-administration", 23, HIGH),
            ("firmware-unknown", 0, INFO),
        },
    ),
    "flowbird_meter": (
        ("Flowbird", "Strada", "parking-meter"),
        [page(443), ("tls", 443, {"versions": ("TLSv1.2",), "until": "2024-06-30T00:00:00+00:00"}), ("ssh", 22, {})],
        [("component", "OpenSSH 7.4", 22)],
        set(),
        {("tls-certificate-expired", 443, HIGH), ("tls-advice", 443, INFO), ("component-old", 22, LOW)},
    ),
    "lighting_gateway": (
        ("Schréder", "Owlet IoT", "lighting-gateway"),
        [page(), ("mqtt", 1883, {"mqtt.return_code": 0, "mqtt.anonymous": True})],
        [],
        set(),
        {("no-authentication", 1883, HIGH), ("firmware-unknown", 0, INFO)},
    ),
    "modicon_plc": (
        ("Schneider Electric", "BMX P34 2020", "plc"),
        [asked(), FTP, ("modbus", 502, {"modbus.unit": 255})],
        [("firmware", "v2.60", 502)],
        set(),
        {
            ("unauthenticated-control", 502, HIGH),
            ("cleartext-administration", 80, HIGH),
            ("cleartext-administration", 21, MEDIUM),
            ("firmware-unknown", 0, INFO),
            ("firmware-advisory", 502, MEDIUM),
        },
    ),
    "loytec_controller": (
        ("LOYTEC", "LINX-153", "building-controller"),
        [page(443, password_form=True, last_modified="Tue, 14 Apr 2026 09:20:11 GMT"), ("tls", 443, {})],
        [],
        set(),
        set(),
    ),
    "air_sensor": (
        ("Libelium", "Meshlium", "air-sensor"),
        [
            page(443),
            ("tls", 443, {"versions": ("TLSv1.3",)}),
            ("mqtt", 8883, {"mqtt.return_code": 5, "mqtt.anonymous": False}),
            ("tls", 8883, {"versions": ("TLSv1.3",)}),
        ],
        [("component", "apache-httpd 2.4.67", 443)],
        set(),
        set(),
    ),
    "teltonika_router": (
        ("Teltonika", "RUT240", "router"),
        [page(443), ("tls", 443, {"versions": ("TLSv1.2",), "own": True}), ("ssh", 22, {})],
        [("component", "dropbear 2020.81", 22)],
        {("ssh", "root", "admin01")},
        {
            ("default-credentials", 22, CRITICAL),
            ("tls-advice", 443, INFO),
            ("tls-certificate-self-signed", 443, LOW),
            ("component-old", 22, LOW),
        },
    ),
    "apc_ups": (
        ("APC", "AP9630", "ups"),
        [asked(), FTP, ("telnet", 23, LOGIN), ("snmp", 161, SNMP)],
        [],
        {("http", "apc", "apc"), ("telnet", "apc", "apc"), ("snmp", "", "public")},
        {
            ("default-credentials", 23, CRITICAL),
            ("default-credentials", 80, CRITICAL),
            ("snmp-default-community", 161, HIGH),
            ("cleartext-administration", 161, MEDIUM),
            ("cleartext-administration", 80, HIGH),
            ("cleartext-administration", 23, HIGH),
            ("cleartext-administration", 21, MEDIUM),
            ("firmware-unknown", 0, INFO),
        },
    ),
    "hp_printer": (
        ("HP", "LaserJet 400 M401dn", "printer"),
        [page()],
        [("firmware_date", "2012-12-06", 80)],
        set(),
        {("firmware-old", 80, HIGH)},
    ),
    "hid_controller": (
        ("HID", "VertX V2000", "door-controller"),
        [page(), ("telnet", 23, LOGIN)],
        [],
        {("telnet", "root", "pass")},
        {("default-credentials", 23, CRITICAL), ("cleartext-administration", 23, HIGH), ("firmware-unknown", 0, INFO)},
    ),
    "open_recorder": (
        ("TVT", "TD-2708", "recorder"),
        [asked()],
        [],
        {("http", "*", "*")},
        {("accepts-any-password", 80, CRITICAL), ("cleartext-administration", 80, HIGH), ("firmware-unknown", 0, INFO)},
    ),
}


def replies(pairs):
    def reply(question):
        account = question.account
        anyone = (question.protocol, "*", "*") in pairs and account.user
        if anyone or (question.protocol, account.user, account.password) in pairs:
            return Answer(Verdict.OPENED, b"proof")
        return Answer(Verdict.UNREACHED if question.protocol == "snmp" else Verdict.REFUSED, reason="no answer")

    return reply


@pytest.fixture
def device(make, claim, tls):
    def built(product, heard, said):
        vendor, model, kind = product
        names = {
            "bits": "key_bits",
            "hash": "signature_hash",
            "own": "self_signed",
            "key": "key_type",
            "until": "not_after",
        }
        spoken = [
            (protocol, port, tls(**{names.get(k, k): v for k, v in facts.items()}) if protocol == "tls" else facts)
            for protocol, port, facts in heard
        ]
        claims = {name: value for name, value in (("vendor", vendor), ("model", model), ("kind", kind)) if value}
        return make(*spoken, claims=claims, said=tuple(claim(name, value, port, "") for name, value, port in said))

    return built


def judged_by_all(judge, device, pairs):
    book = LooseBook()
    for check in load_checks():
        if not check.needs or device.speaking(*check.needs):
            yield check, judge(check, device, replies(pairs), book=book)


@pytest.mark.parametrize("name", CITY)
def test_a_device_causes_exactly_what_it_must(judge, device, name):
    product, heard, said, pairs, causes = CITY[name]
    found = {
        (check.id, flaw.endpoint.port, check.severity if flaw.severity is None else flaw.severity)
        for check, judged in judged_by_all(judge, device(product, heard, said), pairs)
        for flaw in judged.flaws
    }
    assert found == causes


@pytest.mark.parametrize("name", CITY)
def test_no_account_of_a_device_is_refused_three_times(judge, device, name):
    product, heard, said, pairs, _ = CITY[name]
    questions = {
        question
        for check, judged in judged_by_all(judge, device(product, heard, said), pairs)
        for question in judged.asked
        if check.level is Level.LOGIN and question.protocol != "snmp"
    }
    offered = [question for question in questions if question.account.user]
    refused = [question.account.user for question in offered if replies(pairs)(question).verdict is Verdict.REFUSED]
    assert max((refused.count(user) for user in refused), default=0) <= 2
