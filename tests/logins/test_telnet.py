import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.contract import Account, Verdict
from scanner.logins import telnet
from scanner.logins.telnet import judge

ROOT = Account("hid-vertx", "root", "pass")
NOBODY = Account("anonymous", "", "")
# HID VertX V2000, busybox' login: the banner, the echo of the user, the message of the day.
BANNER = b"\xff\xfd\x01\xff\xfb\x01\r\n#######\r\n# HID #\r\n#######\r\nVertX V2000 login: "
ASKS = b"root\r\nPassword: "
MOTD = (
    b"\r\nLast failed login: Mon Nov  2 from 10.0.0.1\r\n# Your account is locked after 3 failed attempts.\r\n"
    b"Unauthorised access is denied.\r\n\r\n"
)


async def tried(line, account=ROOT):
    return await telnet.attempt(line, account)


async def test_opens_where_a_shell_waits_after_the_message_of_the_day(scripted):
    line = scripted([[BANNER, ASKS, MOTD + b"~ # "]], silent=True)
    answer = await tried(line)
    assert answer.verdict is Verdict.OPENED
    assert answer.evidence.endswith(b"Unauthorised access is denied.\n~ #")
    assert line.sent == [b"root\r\n", b"pass\r\n"]


async def test_the_proof_shows_the_prompts_that_led_to_the_shell(scripted):
    answer = await tried(scripted([[BANNER, ASKS, b"\r\n# "]], silent=True))
    assert answer.evidence == b"# HID #\n#######\nVertX V2000 login:\nPassword:\n#"


async def test_opens_the_menu_of_a_ups(scripted):
    # APC AP9630, AOS 6: "User Name :", then "Password  :", then a banner and a prompt.
    menu = b"*****\r\n\r\nAmerican Power Conversion     Network Management Card AOS   v6.4.0\r\n\r\nUser : Administrator\r\n\r\napc>"
    line = scripted([[b"\r\nUser Name : ", b"apc\r\nPassword  : ", menu]], silent=True)
    answer = await tried(line, Account("apc", "apc", "apc"))
    assert answer.verdict is Verdict.OPENED
    assert b"Network Management Card AOS" in answer.evidence


@pytest.mark.parametrize("menu", [b"1) Status\r\n2) Network\r\nEnter choice: ", b"Select option [1-9]:", b"Command> "])
async def test_opens_a_menu(scripted, menu):
    answer = await tried(scripted([[BANNER, ASKS, b"\r\n" + menu]], silent=True))
    assert answer.verdict is Verdict.OPENED


@pytest.mark.parametrize(
    "reply",
    [
        b"\r\nLogin incorrect\r\nVertX V2000 login: ",
        b"\r\nLogin incorrect\r\n",
        b"\r\nVertX V2000 login: ",
        b"\r\nAccess denied\r\n> ",
        b"\r\n% Bad passwords\r\n",
        b"\r\n% Authentication failed\r\n\r\nUsername: ",
        b"\r\nWrong password!\r\nPassword: ",
    ],
)
async def test_refuses_by_words_or_by_asking_again(scripted, reply):
    line = scripted([[BANNER, ASKS, reply]], silent=True)
    assert (await tried(line)).verdict is Verdict.REFUSED
    assert len(line.sent) == 2


@pytest.mark.parametrize(
    "reply",
    [
        b"\r\nAccount locked. Try again in 5 minutes.\r\nlogin: ",
        b"\r\nToo many failed logins\r\n",
        b"\r\nMaximum number of tries exceeded (5)\r\n",
        b"\r\nThis user is temporarily blocked\r\n",
    ],
)
async def test_a_lock_is_a_lock(scripted, reply):
    assert (await tried(scripted([[BANNER, ASKS, reply]]))).verdict is Verdict.LOCKED


@pytest.mark.parametrize(
    "said",
    [
        "The account is locked due to 3 failed logins.",  # Linux-PAM 1.4, modules/pam_faillock
        "Das Konto ist gesperrt",
        "Compte verrouillé",
        "Cuenta bloqueada",
        "Zbyt wiele prób",
        "Учётная запись заблокирована",
        "用户已被锁定",
        "アカウントがロックされました",
        "Wrong password. 1 attempt remaining",
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
async def test_a_lock_is_a_lock_in_any_language(scripted, said, charset):
    reply = f"\r\n{said}\r\nlogin: ".encode(charset)
    assert (await tried(scripted([[BANNER, ASKS, reply]], silent=True))).verdict is Verdict.LOCKED


async def test_a_lock_before_a_prompt_is_a_lock(scripted):
    reply = b"\r\nYour account is locked.\r\n> "
    assert (await tried(scripted([[BANNER, ASKS, reply]], silent=True))).verdict is Verdict.LOCKED


async def test_no_password_is_typed_where_the_user_is_said_to_be_locked(scripted):
    # util-linux's login with Linux-PAM 1.5, pam_faillock(8) in front of pam_unix.
    said = b"root\r\nThe account is locked due to 3 failed logins.\r\n(10 minutes left to unlock)\r\nPassword: "
    line = scripted([[BANNER, said]], silent=True)
    assert (await tried(line)).verdict is Verdict.LOCKED
    assert line.sent == [b"root\r\n"]


async def test_nothing_is_typed_where_the_greeting_says_that_it_locks(scripted):
    line = scripted([[b"Your IP address has been blocked for 10 minutes.\r\nlogin: "]], silent=True)
    assert (await tried(line)).verdict is Verdict.LOCKED
    assert line.sent == []


@pytest.mark.parametrize("said", [b"telnetd: All network ports in use.\r\n", b"Too many users logged in\r\n"])
async def test_a_device_without_a_free_session_is_busy(scripted, said):
    for script in ([said], [BANNER, ASKS, b"\r\n" + said]):
        answer = await tried(scripted([script]))
        assert (answer.verdict, answer.reason) == (Verdict.UNREACHED, "it is busy")


SIGN = b"\r\n#############\r\n# KEEP OUT\r\n#\r\n# "


@pytest.mark.parametrize(
    ("banner", "reply"),
    [
        (SIGN[:-3], b"\r\nLogin incorrect\r\n" + SIGN),  # a sign, and a cursor that waits within it
        (b"\r\n# \r\nlogin: ", b"\r\n# "),  # the same prompt as before
        (b"\r\nlogin: ", b"#"),  # what may become a line of a sign
        (b"\r\nlogin: ", b"\r\n#"),  # the same of a device that takes a minute over each byte
        (b"\r\nlogin: ", b"\r\nAnmeldung fehlgeschlagen\r\n# "),
        (b"\r\nlogin: ", "\r\n密码错误\r\n> ".encode("gb18030")),
        (b"\r\nlogin: ", b"\r\nToo many sessions\r\n> "),
        (b"1) Log in\r\nEnter choice: \r\nlogin: ", b"\r\n1) Log in\r\nEnter choice: "),
        (b"\r\nlogin: ", b"\r\nWelcome\r\nLast login: "),
    ],
)
async def test_what_a_stranger_sees_too_is_no_proof(scripted, banner, reply):
    greeting = banner if banner.endswith(b": ") else banner + b"\r\nlogin: "
    answer = await tried(scripted([[greeting, ASKS, reply]], silent=True))
    assert answer.verdict in {Verdict.REFUSED, Verdict.UNREACHED}


async def test_a_device_that_hangs_up_at_its_prompt_has_not_opened(scripted):
    answer = await tried(scripted([[BANNER, ASKS, b"\r\n# "]]))
    assert (answer.verdict, answer.reason) == (Verdict.UNREACHED, "it hung up at its own prompt")


async def test_a_prompt_in_colours_is_one(scripted):
    reply = b"\r\n\x1b]0;root@cam: ~\x07\x1b[01;32mroot@cam\x1b[00m:\x1b[01;34m~\x1b[00m# \x1b[0m"
    assert (await tried(scripted([[BANNER, ASKS, reply]], silent=True))).verdict is Verdict.OPENED


async def test_a_password_that_looks_like_a_prompt_is_not_taken_for_one(scripted):
    account = Account("odd", "root", "cam#")
    for echo in (b"cam#", b"\r\ncam#"):
        assert (await tried(scripted([[BANNER, ASKS, echo]], silent=True), account)).verdict is Verdict.UNREACHED


@pytest.mark.parametrize(
    "reply",
    [
        # util-linux's login with Linux-PAM 1.5, where the password has aged.
        b"\r\nYou are required to change your password immediately (administrator enforced).\r\nChanging password for root.\r\nCurrent password: ",
        b"\r\nEnter new password: ",
        b"\r\nYour password has expired.\r\nNew password: ",
    ],
)
async def test_a_demand_for_a_new_password_is_an_open_door_and_is_not_answered(scripted, reply):
    line = scripted([[BANNER, ASKS, reply]], silent=True)
    answer = await tried(line)
    assert (answer.verdict, answer.reason) == (Verdict.OPENED, "it wants a new password")
    assert len(line.sent) == 2


async def test_a_banner_that_threatens_with_a_lock_is_no_lock(scripted):
    threat = b"Accounts are locked out after 3 failures.\r\n"
    line = scripted([[threat + b"login: ", ASKS, b"\r\nLogin incorrect\r\n" + threat + b"login: "]])
    assert (await tried(line)).verdict is Verdict.REFUSED


async def test_a_greeting_that_only_speaks_of_a_lock_is_one(scripted):
    line = scripted([[b"Too many login failures, try again later\r\n"]])
    assert (await tried(line)).verdict is Verdict.LOCKED
    assert line.sent == []


async def test_a_device_that_hangs_up_on_the_password_has_refused_it(scripted):
    answer = await tried(scripted([[BANNER, ASKS, b"\r\n"]]))
    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, "it hung up")


async def test_what_cannot_be_told_is_unreached(scripted):
    answer = await tried(scripted([[BANNER, ASKS, b"\r\nWelcome\r\n"]], silent=True))
    assert (answer.verdict, answer.reason) == (Verdict.UNREACHED, "neither a prompt nor a refusal followed")


async def test_without_an_account_nothing_is_typed(scripted):
    line = scripted([[BANNER]], silent=True)
    assert (await tried(line, NOBODY)).verdict is Verdict.REFUSED
    assert line.sent == []


async def test_a_shell_without_a_login_is_asked_nothing(scripted):
    line = scripted([[b"BusyBox v1.19.4 built-in shell (ash)\r\n/ # "]], silent=True)
    assert (await tried(line)).verdict is Verdict.NO_LOGIN_ASKED
    assert line.sent == []


async def test_a_device_that_says_nothing_is_unreached(scripted):
    line = scripted([[b""]], silent=True)
    assert (await tried(line)).verdict is Verdict.UNREACHED
    assert line.sent == []


async def test_no_connection_is_unreached(scripted):
    answer = await tried(scripted([]))
    assert (answer.verdict, answer.reason) == (Verdict.UNREACHED, "refused")


async def test_a_password_alone_is_given_where_only_that_is_asked_for(scripted):
    line = scripted([[b"\r\nUser Access Verification\r\n\r\nPassword: ", b"\r\nRouter>"]], silent=True)
    assert (await tried(line)).verdict is Verdict.OPENED
    assert line.sent == [b"pass\r\n"]


async def test_an_account_without_a_password_opens_where_none_is_asked_for(scripted):
    answer = await tried(scripted([[BANNER, b"root\r\n\r\n# "]], silent=True))
    assert (answer.verdict, answer.reason) == (Verdict.OPENED, "it asked for no password")


async def test_a_password_that_the_device_repeats_is_not_in_the_evidence(scripted):
    account = Account("echo", "root", "S3cret-word")
    reply = b"S3cret-word\r\nWelcome root, your password is S3cret-word\r\n# "
    answer = await tried(scripted([[BANNER, ASKS, reply]], silent=True), account)
    assert answer.verdict is Verdict.OPENED
    assert b"S3cret-word" not in answer.evidence
    assert "S3cret-word" not in repr(answer)


async def test_a_user_whose_name_is_login_is_not_taken_for_a_prompt(scripted):
    line = scripted([[BANNER, b"login\r\nPassword: ", b"\r\n# "]], silent=True)
    assert (await tried(line, Account("odd", "login", "password"))).verdict is Verdict.OPENED


async def test_an_account_with_a_line_feed_is_not_tried(scripted):
    line = scripted([[BANNER]])
    assert (await tried(line, Account("odd", "root\r\nreboot", "x"))).verdict is Verdict.NOT_TRIED
    assert line.sent == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixture is a class
@given(
    st.lists(st.one_of(st.binary(max_size=60), st.just(b"login: "), st.just(b"Password: ")), max_size=4), st.booleans()
)
async def test_junk_ends_in_a_verdict(scripted, script, silent):
    answer = await tried(scripted([script], silent=silent))
    assert isinstance(answer.verdict, Verdict)


@given(st.binary(max_size=200))
def test_junk_is_judged_or_not(junk):
    assert judge(junk) in {Verdict.OPENED, Verdict.REFUSED, Verdict.LOCKED, None}
