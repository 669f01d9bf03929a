import pytest

from lab.account import Account
from lab.fake import Log, Manners, Visit
from lab.services.telnet import BUSYBOX_OPTIONS, Telnet, delay

# RFC 854: IAC WON'T ECHO, IAC DON'T SUPPRESS-GO-AHEAD, and an IAC SB TERMINAL-TYPE IS "VT" IAC SE in between (RFC 1091).
ANSWERS = bytes.fromhex("fffc01 fffe03 fffa18005654fff0")
ROOT = Account("root", "pass")


def door(**particulars):
    return Telnet(port=2323, account=ROOT, banner="\r\n", user_prompt="VertX V2000 login: ", **particulars)


async def test_states_its_options_then_its_banner_and_prompt(build):
    house = await build(door())
    heard = await house.talk(2323, until=b"login: ")
    assert heard == BUSYBOX_OPTIONS + b"\r\nVertX V2000 login: "
    assert house.harms == []


@pytest.mark.parametrize("end", [b"\r\n", b"\r\0", b"\n", b"\r"])
async def test_opens_a_shell_to_its_account_however_lines_end(build, end):
    house = await build(door())
    heard = await house.talk(2323, ANSWERS + b"root" + end, b"pass" + end, b"exit" + end)
    assert heard.endswith(b"login: root\r\nPassword: \r\n\r\n# exit\r\n")
    assert house.log.logins == {"root": 0}
    assert house.harms == []


async def test_refuses_anyone_else_and_hangs_up_after_three(build):
    house = await build(door())
    heard = await house.talk(2323, b"root\r\nx\r\nadmin\r\npass\r\nroot\r\n\r\n")
    assert heard.count(b"Login incorrect") == 3
    assert b"# " not in heard
    assert house.log.logins == {"root": 2, "admin": 1}


async def test_a_command_typed_into_the_shell_is_harm(build):
    house = await build(door())
    await house.talk(2323, b"root\r\npass\r\n\r\nreboot\r\nexit\r\n")
    assert house.harms == ["'reboot' was typed into the session on port 2323"]


async def test_without_an_account_the_shell_is_open_to_all(build):
    house = await build(Telnet(port=2323))
    assert (await house.talk(2323, until=b"# ")).endswith(b"\r\n# ")
    assert house.log.logins == {}


async def test_a_device_without_options_sends_only_text(build):
    house = await build(
        Telnet(port=2323, options=b"", banner="Daktronics VFC 3000\r\n", user_prompt="Username: ", account=ROOT)
    )
    assert await house.talk(2323, until=b": ") == b"Daktronics VFC 3000\r\nUsername: "


async def test_takes_longer_over_each_refusal_of_its_life(build):
    log = Log()
    visit, taken = Visit("test", log, Manners(failed_logins=9)), []
    for _ in range(4):
        visit.login("root", opened=False)
        taken.append(delay((0.1, 0.3, 9.0), visit))
    assert taken == [0.1, 0.3, 9.0, 9.0]
    assert delay((), visit) == 0


async def test_keeps_whoever_tried_waiting_for_every_byte(build):
    house = await build(door(refusal="# no", drip=60.0))
    heard = await house.talk(2323, b"root\r\nx\r\n", until=b"#")
    assert heard.endswith(b"Password: \r\n#")


async def test_is_silent_after_a_refusal_before_it_asks_again(build):
    house = await build(door(refusal="\r\n# ", pause=60.0))
    assert (await house.talk(2323, b"root\r\nx\r\n", until=b"# ")).endswith(b"\r\n# ")
