import pytest

from checks.no_authentication import no_authentication
from inventory.model import Confidence, Severity

KNOWN = {"vendor": "HW group", "kind": "sensor"}
HIGH, MEDIUM = Severity.HIGH, Severity.MEDIUM
CONFIRMED, LIKELY, INFERRED = Confidence.CONFIRMED, Confidence.LIKELY, Confidence.INFERRED
OPEN = [
    ("mqtt", 1883, {"mqtt.return_code": 0, "mqtt.anonymous": True}, HIGH, CONFIRMED),
    ("telnet", 23, {"telnet.prompt": "shell"}, HIGH, CONFIRMED),
    (
        "vnc",
        5900,
        {"vnc.security_types": ("None", "VNC Authentication"), "vnc.no_authentication": True},
        HIGH,
        CONFIRMED,
    ),
    ("rtsp", 554, {"rtsp.status": 200, "rtsp.described": True}, HIGH, LIKELY),
    ("http", 9200, {"http.status": 200, "http.database": "Elasticsearch 7.17.9"}, HIGH, CONFIRMED),
    ("redis", 6379, {"redis.answer": "PONG", "redis.open": True}, HIGH, CONFIRMED),
    ("memcached", 11211, {"memcached.open": True, "memcached.version": "1.6.18"}, MEDIUM, CONFIRMED),
    ("ftp", 21, {"ftp.code": 220, "ftp.anonymous_offered": True}, MEDIUM, LIKELY),
    ("opcua", 4840, {"opcua.anonymous": True, "opcua.open": False}, MEDIUM, CONFIRMED),
    ("lwm2m", 5683, {"lwm2m.manufacturer": "SCHREDER"}, MEDIUM, CONFIRMED),
    ("onvif", 80, {"onvif.authentication": False, "onvif.manufacturer": "Bosch"}, MEDIUM, CONFIRMED),
    ("isapi", 80, {"isapi.authentication": False, "isapi.model": "DS-7616NI-K2"}, MEDIUM, CONFIRMED),
    ("dahua_http", 80, {"dahua_http.authentication": False}, MEDIUM, CONFIRMED),
]
SHUT = [
    ("mqtt", 1883, {"mqtt.return_code": 5, "mqtt.anonymous": False}),
    ("telnet", 23, {"telnet.prompt": "login"}),
    ("telnet", 23, {"telnet.prompt": "none"}),
    ("vnc", 5900, {"vnc.security_types": ("VNC Authentication",), "vnc.no_authentication": False}),
    ("rtsp", 554, {"rtsp.status": 401, "rtsp.described": False, "rtsp.auth": "digest"}),
    ("rtsp", 554, {"rtsp.status": 200}),  # of OPTIONS
    ("redis", 6379, {"redis.answer": "NOAUTH", "redis.open": False}),
    ("memcached", 11211, {"memcached.open": False}),
    ("ftp", 21, {"ftp.code": 220, "ftp.banner": "FTP server ready"}),
    ("opcua", 4840, {"opcua.anonymous": True, "opcua.open": True}),  # unauthenticated-control reports it
    ("opcua", 4840, {"opcua.anonymous": False, "opcua.open": False}),
    ("onvif", 80, {"onvif.authentication": True}),
    ("onvif", 80, {"onvif.time": "2026-11-21T02:00:00+00:00"}),  # the time is for everybody
    ("isapi", 80, {"isapi.authentication": True, "isapi.realm": "DS-7616NI-K2"}),
    ("dahua_http", 80, {"dahua_http.authentication": True}),
    ("axis", 80, {"axis.authentication": False}),  # made to be read by anybody
    ("ipp", 631, {"ipp.status": 0}),
    ("http", 80, {"http.status": 200, "http.title": "WEB SERVICE"}),
]
BUTTONS = {"http.status": 200, "http.administration": ("network", "restart"), "http.operable": ("restart",)}
LINKS = {"http.status": 200, "http.administration": ("configuration", "users")}


@pytest.mark.parametrize(("protocol", "port", "facts", "severity", "confidence"), OPEN)
def test_a_service_that_lets_everyone_in_is_found(make, judge, protocol, port, facts, severity, confidence):
    (flaw,) = judge(no_authentication, make((protocol, port, facts))).flaws
    assert (flaw.endpoint.port, flaw.severity, flaw.confidence) == (port, severity, confidence)
    assert flaw.evidence == f"evidence of {protocol}".encode()
    assert flaw.remedy


@pytest.mark.parametrize(("protocol", "port", "facts"), SHUT)
def test_a_service_that_asks_or_whose_answer_is_for_everybody_passes(make, judge, protocol, port, facts):
    judged = judge(no_authentication, make((protocol, port, facts), claims=KNOWN))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_a_page_with_the_buttons_of_its_administration_is_likely(make, judge):
    (flaw,) = judge(no_authentication, make(("http", 80, BUTTONS), claims=KNOWN)).flaws
    assert (flaw.severity, flaw.confidence) == (HIGH, LIKELY)
    assert flaw.detail.endswith("It offers: network, restart.")


def test_a_page_that_only_links_to_its_administration_is_inferred(make, judge):
    (flaw,) = judge(no_authentication, make(("http", 80, LINKS), claims=KNOWN)).flaws
    assert (flaw.severity, flaw.confidence) == (HIGH, INFERRED)


@pytest.mark.parametrize(
    "changed",
    [
        {"http.auth": "basic"},
        {"http.password_form": True},
        {"http.status": 401},
        {"http.administration": ("restart",)},  # one thing may be anything
        {"http.administration": ("configuration", "network"), "http.operable": ("configuration",)},  # a reader's own
        {"http.administration": "restart, network", "http.operable": "restart"},
    ],
)
@pytest.mark.parametrize("page", [BUTTONS, LINKS])
def test_a_page_that_asks_or_administers_nothing_passes(make, judge, page, changed):
    assert judge(no_authentication, make(("http", 80, page | changed), claims=KNOWN)).flaws == []


@pytest.mark.parametrize("claims", [{}, {"vendor": "HW group"}, {"kind": "sensor"}])
def test_the_page_of_a_device_that_was_not_identified_is_not_judged(make, judge, claims):
    assert judge(no_authentication, make(("http", 80, BUTTONS), claims=claims)).flaws == []


def test_several_interfaces_of_one_endpoint_are_findings_of_their_own(make, judge):
    device = make(
        ("http", 80, BUTTONS),
        ("onvif", 80, {"onvif.authentication": False}),
        ("isapi", 80, {"isapi.authentication": False}),
        claims=KNOWN,
    )
    flaws = judge(no_authentication, device).flaws
    assert sorted(flaw.facet for flaw in flaws) == ["", "tcp/80 isapi", "tcp/80 onvif"]
