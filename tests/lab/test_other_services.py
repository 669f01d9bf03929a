import pytest

from lab.account import CHANGED, Account
from lab.fake import Log, Manners, Visit
from lab.services.ftp import Ftp
from lab.services.printing import Printing
from lab.services.rtsp import Rtsp
from lab.services.ssdp import Ssdp
from lab.services.upnp import description

UDN = "uuid:4d454930-0000-1000-8000-4419b6a1c210"
SEARCH = b'M-SEARCH * HTTP/1.1\r\nHOST: 127.0.0.1:1900\r\nMAN: "ssdp:discover"\r\nMX: 2\r\nST: upnp:rootdevice\r\n\r\n'
DESCRIBE = b"DESCRIBE rtsp://camera/ RTSP/1.0\r\nCSeq: 2\r\nAccept: application/sdp\r\n\r\n"


@pytest.mark.real
async def test_curl_is_refused_by_ftp_with_a_wrong_password_and_taken_with_the_right_one(build, tool):
    house = await build(Ftp(port=2121, greeting="AP9630 ready.", account=Account("apc", "apc")))
    url = f"ftp://{house.address}:2121/"
    refused = await tool("curl", "-sv", "-m", "5", "-u", "apc:x", url)
    opened = await tool("curl", "-sv", "-m", "5", "-u", "apc:apc", url)
    assert "< 220 AP9630 ready." in refused.text
    assert "< 530 Login incorrect." in refused.text
    assert "< 230 User logged in." in opened.text
    assert house.log.logins == {"apc": 1}


async def test_ftp_says_goodbye(build):
    house = await build(Ftp(port=2121, account=CHANGED))
    assert (
        await house.talk(2121, b"SYST\r\nQUIT\r\n") == b"220 FTP server ready.\r\n215 UNIX Type: L8\r\n221 Goodbye.\r\n"
    )


async def test_an_ftp_upload_is_harm(build):
    house = await build(Ftp(port=2121))
    await house.talk(2121, b"STOR firmware.bin\r\nQUIT\r\n")
    assert house.harms == ["an FTP STOR"]


@pytest.mark.real
async def test_curl_asks_an_rtsp_server_for_its_options(build, tool):
    house = await build(Rtsp(port=5540, server="Rtsp Server/2.0", realm="Login to 3K04", account=CHANGED))
    said = await tool("curl", "-si", "-m", "5", f"rtsp://{house.address}:5540/")
    assert "RTSP/1.0 200 OK" in said.text
    assert "Server: Rtsp Server/2.0" in said.text
    assert "Public: OPTIONS, DESCRIBE" in said.text


async def test_describes_its_stream_only_to_whoever_logs_in(build):
    house = await build(Rtsp(port=5540, realm="Login to 3K04", account=CHANGED), Rtsp(port=5541))
    refused = await house.talk(5540, DESCRIBE, until=b"\r\n\r\n")
    opened = await house.talk(5541, DESCRIBE, until=b"H264")
    assert refused.startswith(b'RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Digest realm="Login to 3K04"')
    assert opened.startswith(b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\n")


async def test_taking_the_picture_is_harm(build):
    house = await build(Rtsp(port=5540))
    await house.talk(5540, b"SETUP rtsp://camera/ RTSP/1.0\r\nCSeq: 3\r\n\r\n", until=b"\r\n\r\n")
    assert house.harms == ["an RTSP SETUP"]


async def test_an_ssdp_search_is_answered_to_the_asker(build):
    house = await build(Ssdp(port=19000, udn=UDN, location="http://{address}:49152/d.xml", server="Linux UPnP/1.0"))
    heard = await house.ask(19000, SEARCH)
    assert heard.startswith(b"HTTP/1.1 200 OK\r\n")
    assert f"LOCATION: http://{house.address}:49152/d.xml\r\n".encode() in heard
    assert f"USN: {UDN}::upnp:rootdevice\r\n".encode() in heard


@pytest.mark.parametrize(
    "silent",
    [
        b"",
        b"NOTIFY * HTTP/1.1\r\n\r\n",
        SEARCH.replace(b"upnp:rootdevice", b"urn:x"),
        SEARCH.replace(b"ssdp:discover", b"x"),
    ],
)
def test_anything_else_is_not_answered_by_ssdp(silent):
    device = Ssdp(udn=UDN, location="")
    assert device.answer(silent, Visit("t", Log(), Manners())) is None


@pytest.mark.real
async def test_curl_fetches_a_description_with_its_elements_escaped(build, tool):
    house = await build(description(4915, "/d.xml", UDN, manufacturer="A & B", modelName="<M>"))
    said = await tool("curl", "-si", f"http://{house.address}:4915/d.xml")
    assert "Content-Type: text/xml" in said.text
    assert "<manufacturer>A &amp; B</manufacturer>\n<modelName>&lt;M&gt;</modelName>" in said.text
    assert f"<UDN>{UDN}</UDN>" in said.text


@pytest.mark.real
async def test_connecting_to_a_printer_prints_and_half_a_connection_does_not(build, tool):
    house = await build(Printing(port=9100))
    half = await tool("nmap", "-Pn", "-n", "-sS", "-p", "9100", house.address)
    if "requires root privileges" in half.text:
        pytest.skip("a SYN scan needs root")
    assert "9100/tcp open" in half.text
    assert house.harms == []
    await tool("nmap", "-Pn", "-n", "-sT", "--max-retries", "0", "-p", "T:9100", "--allports", house.address)
    assert house.harms == ["a connection to port 9100, which prints whatever comes"]
