import ast
from pathlib import Path

import pytest

from lab.fake import Stream, load_fakes, load_hostile
from lab.plan import choose
from lab.services.ssh import Ssh

IDS = {
    "default-credentials",
    "accepts-any-password",
    "snmp-default-community",
    "no-authentication",
    "first-run",
    "ipmi-weak-login",
    "tls-old-version",
    "tls-certificate-expired",
    "tls-certificate-weak-key",
    "tls-certificate-weak-signature",
    "tls-certificate-self-signed",
    "tls-certificate-expiring",
    "tls-certificate-default-date",
    "tls-certificate-hygiene",
    "tls-certificate-vendor-default",
    "tls-no-encryption",
    "tls-anonymous",
    "tls-export",
    "tls-weak-cipher",
    "tls-weak-dh",
    "tls-no-forward-secrecy",
    "tls-compression",
    "tls-insecure-renegotiation",
    "tls-hardening",
    "tls-advice",
    "tls-clock",
    "http-not-redirected",
    "firmware-old",
    "firmware-behind",
    "firmware-abandoned",
    "firmware-unsupported",
    "firmware-unknown",
    "firmware-advisory",
    "firmware-known-exploited",
    "component-old",
    "cleartext-administration",
    "unauthenticated-control",
    "remote-desktop",
    "smb-version-1",
    "debug-interface",
    "management-channel",
    "container-api",
    "open-relay",
    "port-mapping",
    "amplifier",
    "policy-deviation",
    "untrusted-evidence",
    "exposed-data-store",
    "control-port",
}
FAKES = pytest.mark.parametrize("fake", [*load_fakes(), *load_hostile()], ids=lambda fake: fake.name)


def test_sixteen_stand_in_the_centre_and_three_of_them_are_clean():
    centre = choose(())
    assert len(centre) == 16
    assert [fake.name for fake in centre if not fake.causes] == ["axis_camera", "loytec_controller", "air_sensor"]


def test_the_city_has_many_makers_and_many_kinds_of_device():
    fakes = load_fakes()
    assert len({fake.vendor for fake in fakes if fake.vendor}) >= 35
    assert len({(fake.vendor, fake.model) for fake in fakes if fake.model}) >= 60
    assert len({fake.kind for fake in fakes if fake.kind}) >= 30


@FAKES
def test_an_ssh_server_has_no_kind_of_key_that_its_software_never_made(fake):
    # Dropbear makes Ed25519 keys since 2020.79 (its CHANGES); RouterOS has RSA unless it is told otherwise (manual, "SSH", host-key-type).
    for service in fake.services:
        if isinstance(service, Ssh):
            dropbear = service.version.removeprefix("dropbear_")
            is_old = service.version == "ROSSSH" or (dropbear != service.version and float(dropbear) < 2020.79)
            assert service.host_key == "rsa" or not is_old


def test_no_two_share_a_name_a_host_or_a_mac():
    for particular in ("name", "host", "mac"):
        assert len({getattr(fake, particular) for fake in load_fakes()}) == len(load_fakes())


@FAKES
def test_causes_only_findings_that_there_are_at_ports_that_it_has(fake):
    assert {expected.check for expected in fake.causes} <= IDS
    served = {(service.port, service.transport) for service in fake.services}
    whole = {("firmware-unknown", 0, "tcp"), ("untrusted-evidence", 0, "tcp")}
    causes = {(expected.check, expected.port, expected.transport) for expected in fake.causes} - whole
    assert {(port, transport) for _, port, transport in causes} <= served


@FAKES
def test_states_its_serial_and_firmware_on_the_wire(fake):
    said = repr(fake.services)
    assert [text for text in (fake.serial, fake.firmware) if text is not None and text not in said] == []


@FAKES
def test_has_each_port_once(fake):
    ports = [(service.port, service.transport) for service in fake.services]
    assert len(ports) == len(set(ports))


SOUND = {"modern", "by-name", "wildcard"}


@FAKES
def test_a_device_with_an_old_tls_or_a_bad_certificate_says_so(fake):
    for service in fake.services:
        if isinstance(service, Stream) and service.tls:
            here = {expected.check for expected in fake.causes if expected.port == service.port}
            causes = {check for check in here if check.startswith("tls-")}
            assert ("tls-old-version" in causes) == (service.tls.lowest in ("TLSv1", "TLSv1.1"))
            assert ("tls-certificate-expired" in causes) == (service.tls.certificate == "expired")
            assert ("tls-advice" in causes) == (service.tls.highest == "TLSv1.2")
            assert bool(causes) == (service.tls.certificate not in SOUND)


def test_nothing_in_the_lab_imports_the_scanner():
    imported = set()
    for path in Path("lab").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            imported |= {name.split(".")[0] for name in (*names, getattr(node, "module", None) or "lab")}
    assert not imported & {"scanner", "checks", "inventory"}
