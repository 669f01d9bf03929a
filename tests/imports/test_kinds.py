"""Every kind of file: recognised by its content, read, and broken off with a sentence."""

import gzip
import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import ConfigError
from scanner.commands import __path__ as commands
from scanner.imports import facts, kind_of, load_kinds
from scanner.passive import facts as heard_facts
from scanner.passive.sighting import Sighting
from scanner.source import LINE, Broken, Source
from tests.wire_frames import CAMERA, CAMERA_IP, arp, dhcp, option, pcap, pcapng

MAC = CAMERA.hex(":")
# `nmap -sV -oX` of nmap 7.93, shortened.
NMAP = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap" args="nmap -sV -oX - 10.20.0.0/24" start="1763000000" version="7.93">
<host starttime="1763000001" endtime="1763000009"><status state="up" reason="arp-response"/>
<address addr="10.20.0.7" addrtype="ipv4"/><address addr="AC:CC:8E:01:23:45" addrtype="mac" vendor="Axis Communications"/>
<hostnames><hostname name="cam-7.city.example" type="PTR"/></hostnames>
<ports><port protocol="tcp" portid="22"><state state="open" reason="syn-ack"/>
<service name="ssh" product="Dropbear sshd" version="2012.55" devicetype="webcam"><cpe>cpe:/a:matt_johnston:dropbear_ssh_server:2012.55</cpe></service></port>
<port protocol="tcp" portid="23"><state state="closed" reason="reset"/></port></ports></host>
<host><status state="down" reason="no-response"/><address addr="10.20.0.8" addrtype="ipv4"/></host>
<runstats/></nmaprun>
"""
# dnsmasq 2.90, /var/lib/misc/dnsmasq.leases
DNSMASQ = (
    b"1763003600 ac:cc:8e:01:23:45 10.20.0.7 cam-7 01:ac:cc:8e:01:23:45\n1763003600 00:80:f4:00:00:07 10.20.0.8 * *\n"
)
# ISC dhcpd 4.4, dhcpd.leases(5)
DHCPD = b"""# The format of this file is documented in the dhcpd.leases(5) manual page.
authoring-byte-order little-endian;
lease 10.20.0.7 {
  starts 4 2025/11/13 02:13:20;
  ends 4 2025/11/13 03:13:20;
  binding state active;
  hardware ethernet ac:cc:8e:01:23:45;
  set vendor-class-identifier = "AXIS,Network Camera,P3245-LV,9.80.3.2";
  client-hostname "cam-7";
}
lease 10.20.0.8 {
  binding state abandoned;
  hardware ethernet 00:80:f4:00:00:07;
}
lease 10.20.0.9 {
"""
# Kea 2.4, kea-leases4.csv, and the answer of lease4-get-all
KEA = (
    b"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n"
    b"10.20.0.7,ac:cc:8e:01:23:45,,3600,1763003600,1,0,0,cam-7,0,,0\n10.20.0.8,00:80:f4:00:00:07,,3600,1763003600,1,0,0,,2,,0\n"
)
KEA_JSON = (
    b'[{"arguments": {"leases": [{"cltt": 1763000000, "hostname": "cam-7.", "hw-address": "ac:cc:8e:01:23:45", "ip-address": "10.20.0.7",'
    b' "state": 0, "subnet-id": 1, "valid-lft": 3600}]}, "result": 0, "text": "1 IPv4 lease(s) found."}]'
)
TABLES = {
    "linux": b"? (10.20.0.7) at ac:cc:8e:01:23:45 [ether] on eth0\n? (10.20.0.9) at <incomplete> on eth0\n",
    "macos": b"cam-7 (10.20.0.7) at ac:cc:8e:1:23:45 on en0 ifscope [ethernet]\n",
    "iproute2": b"10.20.0.7 dev eth0 lladdr ac:cc:8e:01:23:45 REACHABLE\n10.20.0.9 dev eth0 FAILED\n",
    "cisco": b"Protocol  Address   Age (min)  Hardware Addr   Type   Interface\nInternet  10.20.0.7   5   accc.8e01.2345  ARPA   Vlan10\n",
    "proc": b"IP address  HW type  Flags  HW address         Mask  Device\n10.20.0.7   0x1      0x2    ac:cc:8e:01:23:45  *     eth0\n",
    "windows": b"Interface: 10.20.0.2 --- 0x4\n  Internet Address      Physical Address      Type\n  10.20.0.7             ac-cc-8e-01-23-45     dynamic\n",
}  # fmt: skip
LIST = b"address;mac;name;vendor;model;kind\n10.20.0.7;AC-CC-8E-01-23-45;Station 7;Axis;P3245-LV;camera\n\n10.20.0.8;;Pump;;;\n"
FRAMES = (arp(), dhcp(1, option(12, b"cam-7")))
WHOLE = {
    "pcap": pcap(*FRAMES),
    "pcapng": pcapng(*FRAMES),
    "nmap": NMAP,
    "dnsmasq": DNSMASQ,
    "dhcpd": DHCPD,
    "kea": KEA,
    "arp": TABLES["linux"],
    "csv": LIST,
}


def read(data: bytes, folder: Path, kind: str = "") -> tuple[list[Sighting], str]:
    """What the file tells, and how it breaks off, "" where it does not."""
    path = folder / "file"
    path.write_bytes(data)
    found: list[Sighting] = []
    with Source(path) as source:
        module = load_kinds()[kind] if kind else kind_of(path, source.start)
        try:
            for seen in module.read(source):
                found.append(seen)  # noqa: PERF402 - what came before it breaks off counts
        except Broken as error:
            return found, str(error)
    return found, ""


def test_the_kinds_are_the_choices_of_the_command():
    assert set(load_kinds()) == set(WHOLE)
    assert all(f'"{name}"' in Path(commands[0], "import.py").read_text() for name in load_kinds())


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_is_recognised_by_its_content_and_by_nothing_else(kind, tmp_path):
    assert [name for name, module in load_kinds().items() if module.recognises(WHOLE[kind][:4096])] == [kind]
    found, broken = read(WHOLE[kind], tmp_path)
    assert (found[0].address, found[0].mac, broken) == (CAMERA_IP, MAC, "")


@pytest.mark.parametrize("kind", WHOLE)
def test_what_gzip_packed_is_read_as_it_was(kind, tmp_path):
    assert read(gzip.compress(WHOLE[kind]), tmp_path)[0][0].address == CAMERA_IP


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nanoseconds", [False, True])
def test_a_capture_of_either_byte_order_has_its_times(order, nanoseconds, tmp_path):
    found, _ = read(pcap(*FRAMES, order=order, nanoseconds=nanoseconds), tmp_path)
    assert [seen.facts.get("dhcp.host_name") for seen in found] == [None, "cam-7"]
    assert found[0].when == pytest.approx(1763000000.0005 if not nanoseconds else 1763000000.0000005, abs=1e-6)
    assert read(pcapng(*FRAMES, order=order), tmp_path)[0][0].when == pytest.approx(1763000000)


def test_a_capture_of_two_sections_is_read_to_its_end(tmp_path):
    assert len(read(pcapng(*FRAMES) + pcapng(*FRAMES, order=">"), tmp_path)[0]) == 4


@pytest.mark.parametrize("whole", [pcap(*FRAMES), pcapng(*FRAMES)], ids=["pcap", "pcapng"])
def test_a_capture_that_is_cut_tells_what_came_before(whole, tmp_path):
    for size in range(len(whole) - len(FRAMES[1]) + 1, len(whole)):
        found, broken = read(whole[:size], tmp_path)
        assert [seen.address for seen in found][:1] == [CAMERA_IP]
        assert broken.startswith("it ends within packet 2")


def test_a_packet_that_cannot_be_so_long_ends_the_reading(tmp_path):
    hostile = pcap(FRAMES[0]) + b"\xff" * 16
    assert read(hostile, tmp_path)[1] == "packet 2 says that it is 4,294,967,295 bytes long, which is no packet"
    hostile = pcapng(FRAMES[0]) + b"\6\0\0\0\xf0\xff\xff\xff" + b"\xff" * 64
    assert read(hostile, tmp_path)[1] == "packet 2 says that it is 4,294,967,280 bytes long, which is no packet"


def test_a_link_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="a link of type 127, which cannot be read"):
        read(pcap(*FRAMES, link=127), tmp_path)
    assert read(pcapng(*FRAMES, link=127), tmp_path) == ([], "its packets of link type 127 cannot be read")


def test_nmaps_result_tells_hosts_and_open_ports(tmp_path):
    host, port = read(NMAP, tmp_path)[0]
    assert (host.mac, host.facts, host.when) == (
        MAC,
        {"nmap.host_name": "cam-7.city.example", "nmap.mac_vendor": "Axis Communications"},
        1763000009,
    )
    assert (port.port, port.is_open) == (22, True)
    assert port.facts["nmap.software"] == "Dropbear sshd 2012.55"
    assert port.facts["nmap.device_type"] == "webcam"
    assert port.facts["nmap.cpe"] == "cpe:/a:matt_johnston:dropbear_ssh_server:2012.55"


def test_nmaps_result_that_is_cut_tells_the_hosts_before(tmp_path):
    found, broken = read(NMAP[: NMAP.index(b'<host><status state="down')], tmp_path)
    assert len(found) == 2
    assert broken == "it ends before its end, after 1 hosts"
    assert "its XML is broken after 2 hosts" in read(NMAP.replace(b"<runstats/>", b"<runstats></x>"), tmp_path)[1]


@pytest.mark.parametrize(
    "document",
    [b'<?xml version="1.0"?><rss version="2.0"><host/></rss>', b"<?xml version='1.0'?><!-- --><a><nmaprun/></a>"],
)
def test_xml_that_is_not_nmaps_is_refused(document, tmp_path):
    with pytest.raises(ConfigError, match="is XML, but not nmap's: it begins with <"):
        read(document, tmp_path)


def test_entities_of_an_nmap_result_are_not_expanded(tmp_path):
    (tmp_path / "secret").write_text("secret")
    laughs = (
        b'<!DOCTYPE nmaprun [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file://%b/secret">]>'
        % bytes(tmp_path)
    )
    document = (
        b'<?xml version="1.0"?>'
        + laughs
        + b'<nmaprun><host><status state="up"/><address addr="10.20.0.7" addrtype="ipv4"/><ports>'
    )
    document += b'<port protocol="tcp" portid="1"><state state="open"/><service name="x"><cpe>&x;&b;</cpe></service></port></ports></host></nmaprun>'
    found, _ = read(document, tmp_path)
    assert "secret" not in str(found)
    assert "aaaa" not in str(found)


def test_leases_tell_names_and_when_they_were_given(tmp_path):
    assert [seen.facts for seen in read(DNSMASQ, tmp_path)[0]] == [
        {"dhcp.host_name": "cam-7", "dhcp.client_id": "01:ac:cc:8e:01:23:45"},
        {},
    ]
    (lease,) = read(DHCPD, tmp_path)[0]
    assert lease.facts == {"dhcp.host_name": "cam-7", "dhcp.vendor_class": "AXIS,Network Camera,P3245-LV,9.80.3.2"}
    assert lease.when == 1763000000
    for data in (KEA, KEA_JSON):
        (lease,) = read(data, tmp_path)[0]
        assert (lease.mac, lease.facts, lease.when) == (MAC, {"dhcp.host_name": "cam-7"}, 1763000000)


@pytest.mark.parametrize("table", TABLES)
def test_every_shape_of_an_arp_table_is_read(table, tmp_path):
    (seen,) = read(TABLES[table], tmp_path)[0]
    assert (seen.address, seen.mac) == (CAMERA_IP, MAC)


def test_a_list_tells_what_its_columns_say(tmp_path):
    first, second = read(LIST, tmp_path)[0]
    assert first.facts == {
        "list.name": "Station 7",
        "list.vendor": "Axis",
        "list.model": "P3245-LV",
        "list.kind": "camera",
    }
    assert (second.address, second.mac, second.facts) == ("10.20.0.8", "", {"list.name": "Pump"})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("address,colour\n10.0.0.1,red\n", "a column 'colour' that is not known; known: address, mac, name"),
        ("name,vendor\nx,y\n", "no column address and none named mac"),
        ("address,address\n10.0.0.1,10.0.0.2\n", "two columns of the same name"),
        ("address,name\n10.0.0.1,a,b\n", "line 2 has 3 columns, and its head 2"),
        ("address,name\n10.0.0.300,a\n", "line 2: '10.0.0.300' is no address of a device"),
        ("mac,name\nff:ff:ff:ff:ff:ff,a\n", "is no mac of a device"),
        ("address,name\n,a\n", "line 2 has neither an address nor a MAC address"),
        ("address,kind\n10.0.0.1,toaster\n", "no kind is called 'toaster'"),
    ],
)
def test_a_list_that_cannot_be_followed_is_refused_with_its_line(text, complaint, tmp_path):
    with pytest.raises(ConfigError, match=complaint):
        read(text.encode(), tmp_path, "csv")


@pytest.mark.parametrize("data", [b"", b" \n\n", gzip.compress(b"")], ids=["nothing", "blank", "gzip"])
def test_an_empty_file_is_said_to_be_empty(data, tmp_path):
    with pytest.raises(ConfigError, match="is empty"):
        read(data, tmp_path)


@pytest.mark.parametrize("data", [b"\x7fELF\2\1\1" + bytes(400), b"hello world\n" * 9, b"\x1f\x8b\x08\0" + bytes(40)])
def test_a_file_of_another_kind_is_refused(data, tmp_path):
    with pytest.raises(ConfigError, match=r"of no kind that can be imported|cannot read"):
        read(data, tmp_path)


def test_a_packed_file_that_is_cut_tells_what_came_before(tmp_path):
    packed = gzip.compress(pcap(*FRAMES * 40) + os.urandom(40_000))
    found, broken = read(packed[:-3000], tmp_path)
    assert len(found) == 80
    assert broken


def test_a_line_without_an_end_breaks_off(tmp_path):
    found, broken = read(TABLES["iproute2"] + b"x" * (3 * LINE), tmp_path)
    assert len(found) == 1
    assert broken == f"line 3 is longer than {LINE:,} bytes"


def test_a_pipe_is_read_like_a_file(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)

    def pour() -> None:
        with fifo.open("wb", buffering=0) as end:
            for at in range(0, len(WHOLE["pcap"]), 7):
                end.write(WHOLE["pcap"][at : at + 7])

    writer = threading.Thread(target=pour)
    writer.start()
    with Source(fifo) as source:
        assert source.size == 0
        found = list(kind_of(fifo, source.start).read(source))
    writer.join()
    assert next(seen.address for seen in found) == CAMERA_IP


def test_how_much_was_read_is_told(tmp_path):
    path, told = tmp_path / "big", list[int]()
    path.write_bytes(pcap(*FRAMES * 20_000))
    with Source(path, told.append) as source:
        assert sum(1 for _ in kind_of(path, source.start).read(source)) == 40_000
        assert source.size == path.stat().st_size == told[-1]
    assert told == sorted(told)


DECLARED = {*facts(), *heard_facts()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_junk_of_every_kind_ends_in_sightings_or_a_sentence(tmp_path, kind, data):
    whole = WHOLE[kind]
    at = data.draw(st.integers(0, len(whole)))
    junk = data.draw(st.one_of(st.binary(max_size=80), st.text(max_size=80).map(str.encode)))
    try:
        found, broken = read(whole[:at] + junk + whole[at + data.draw(st.integers(0, 9)) :], tmp_path, kind)
    except ConfigError as error:
        broken, found = str(error), []
    assert all(set(seen.facts) <= DECLARED for seen in found)
    assert "\n" not in broken
