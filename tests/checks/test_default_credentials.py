from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from checks.catalogue import catalogue
from checks.contract import Answer, Login, Verdict
from checks.credentials import read
from checks.default_credentials import accepts_any_password, default_credentials
from checks.trial import random_pair
from inventory.ledger import LooseBook
from inventory.model import Device, Endpoint

HTTP = ("http", 80, {"http.auth": "basic,digest"})
WEB = Endpoint("192.0.2.1", 80)
TELNET = ("telnet", 23, {"telnet.prompt": "login"})
SSH = ("ssh", 22, {"ssh.software": "dropbear_2020.81"})
HIKVISION = {"vendor": "Hikvision", "model": "DS-2CD2142FWD-I", "kind": "camera"}
APC = {"vendor": "APC", "model": "AP9630", "kind": "ups"}


def always(verdict, reason=""):
    return lambda question: Answer(verdict, b"", reason)


def test_a_documented_account_that_opens_is_found_after_both_controls_were_refused(make, judge, opens):
    judged = judge(default_credentials, make(HTTP, claims=HIKVISION), opens(("http", "admin", "12345")))
    assert judged.ports == [80]
    ids = ["control:anonymous", "control:random", "hikvision", "control:random"]
    assert [account.id for account in judged.accounts] == ids


def test_the_finding_names_the_account_and_its_entry_but_never_the_password(make, judge, opens):
    judged = judge(default_credentials, make(HTTP, claims=HIKVISION), opens(("http", "admin", "12345")))
    assert "'admin'" in judged.flaws[0].detail
    assert "hikvision" in judged.flaws[0].detail
    assert "12345" not in repr(judged.flaws) + repr(judged.asked)
    assert judged.flaws[0].sources == ("catalogue of documented accounts, entry hikvision",)
    assert judged.flaws[0].evidence == b"HTTP/1.1 200 OK"


def test_passes_with_a_reason_when_the_documented_account_is_refused(make, judge):
    judged = judge(default_credentials, make(HTTP, claims=HIKVISION))
    assert (judged.flaws, judged.ended) == ([], "passed")
    assert judged.reason == "HTTP on 80/tcp: no documented default account opens it"


def test_stops_at_the_first_account_that_opens(make, judge, opens):
    judged = judge(default_credentials, make(TELNET, claims=APC), opens(("telnet", "apc", "apc")))
    assert [account.user for account in judged.accounts if not account.id.startswith("control:")] == ["apc"]


def test_telnet_and_ssh_are_not_asked_without_credentials(make, judge, opens):
    device = make(TELNET, SSH, claims=APC)
    judged = judge(default_credentials, device, opens(("telnet", "apc", "apc"), ("ssh", "apc", "apc")))
    assert "control:anonymous" not in {account.id for account in judged.accounts}
    assert sorted(judged.ports) == [22, 23]


def test_a_login_that_a_random_pair_opens_is_reported_as_that_and_not_as_a_default_password(make, judge):
    device = make(HTTP, claims={"vendor": "TVT", "model": "TD-2708", "kind": "recorder"})

    def anything(question):
        return Answer(Verdict.REFUSED if question.account.id == "control:anonymous" else Verdict.OPENED, b"200")

    default, anyone = judge(default_credentials, device, anything), judge(accepts_any_password, device, anything)
    assert (default.flaws, default.ended) == ([], "skipped")
    assert "accepts any password" in default.reason
    assert anyone.ports == [80]


def test_a_page_that_opens_without_credentials_has_no_login(make, judge):
    for verdict in (Verdict.OPENED, Verdict.NO_LOGIN_ASKED):
        device = make(HTTP, claims=HIKVISION)
        default = judge(default_credentials, device, always(verdict))
        anyone = judge(accepts_any_password, device, always(verdict))
        assert (default.flaws, default.ended, len(default.asked)) == ([], "skipped", 1)
        assert (anyone.flaws, anyone.ended, len(anyone.asked)) == ([], "passed", 1)


def test_both_checks_put_the_same_control_questions(make, judge):
    device = make(HTTP, TELNET, SSH, claims=APC)
    default, anyone = judge(default_credentials, device), judge(accepts_any_password, device)
    assert set(anyone.asked) <= set(default.asked)


def test_an_unidentified_device_is_not_tried(make, judge):
    judged = judge(default_credentials, make(HTTP))
    assert (judged.asked, judged.ended) == ([], "skipped")
    assert "maker was not identified" in judged.reason


def test_a_maker_without_documented_accounts_is_not_tried(make, judge):
    judged = judge(default_credentials, make(HTTP, claims={"vendor": "Acme", "model": "One"}))
    assert (judged.asked, judged.ended) == ([], "skipped")
    assert "Acme One" in judged.reason


def test_a_login_without_documented_accounts_is_not_even_asked_the_controls(make, judge):
    judged = judge(default_credentials, make(HTTP, TELNET, claims=HIKVISION))
    assert {question.protocol for question in judged.asked} == {"http"}
    assert "Telnet on 23/tcp: no default account is documented" in judged.reason


def test_a_login_that_could_not_be_examined_is_not_passed(make, judge):
    device = make(("http", 80, {}), claims=HIKVISION, gaps=(("ssh", 22, "timed out"),))
    for check in (default_credentials, accepts_any_password):
        judged = judge(check, device)
        assert (judged.ended, "timed out" in judged.reason) == ("unreached", True)


def test_a_question_that_was_not_answered_leaves_it_without_a_verdict(make, judge):
    for verdict in (Verdict.UNREACHED, Verdict.NOT_TRIED, Verdict.LOCKED):
        for check in (default_credentials, accepts_any_password):
            judged = judge(check, make(HTTP, claims=HIKVISION), always(verdict, "outside the window"))
            assert (judged.flaws, judged.ended) == ([], "unreached")
            assert "outside the window" in judged.reason


def test_a_lock_ends_the_logins_of_the_device(make, judge):
    device = make(HTTP, ("http", 8080, {"http.auth": "basic"}), claims=APC)

    def locks(question):
        return Answer(Verdict.REFUSED if question.account.id.startswith("control") else Verdict.LOCKED)

    judged = judge(default_credentials, device, locks)
    assert len([account for account in judged.accounts if not account.id.startswith("control")]) == 1
    assert judged.ended == "unreached"


def test_one_account_name_is_refused_at_most_twice_on_one_device(make, judge):
    logins = [("http", port, {"http.auth": "basic"}) for port in (80, 81, 88, 8080)]
    judged = judge(default_credentials, make(*logins, claims=HIKVISION))
    assert [account.user for account in judged.accounts].count("admin") == 2
    assert judged.ended == "unreached"
    assert "this account was tried 2 times on the device within 24 hours" in judged.reason


def test_a_login_that_opened_is_reported_even_where_another_could_not_be_reached(make, judge):
    def half(question):
        if question.endpoint.port == 22:
            return Answer(Verdict.UNREACHED, reason="reset")
        return Answer(Verdict.OPENED if question.account.password == "apc" else Verdict.REFUSED)

    judged = judge(default_credentials, make(SSH, TELNET, claims=APC), half)
    assert judged.ports == [23]
    assert "reset" in judged.reason


def test_every_question_carries_the_documented_lock(make, judge):
    judged = judge(default_credentials, make(HTTP, claims=HIKVISION))
    assert {question.lock_threshold for question in judged.asked} == {5}


def test_a_lock_that_is_documented_of_the_web_alone_is_no_leave_to_fail_at_another_door(make, judge):
    def asked(*heard):
        return {one.lock_threshold for one in judge(default_credentials, make(*heard, claims=HIKVISION)).asked}

    assert (asked(HTTP), asked(HTTP, TELNET)) == ({5}, {0})


def test_a_device_that_refuses_more_and_more_slowly_is_asked_no_more(make, judge):
    def slowly(question):
        slow.append(question)
        return Answer(Verdict.REFUSED, seconds=1.0 if len(slow) < 3 else 6.0)

    slow: list[Login] = []
    judged = judge(default_credentials, make(HTTP, claims=HIKVISION), slowly)
    assert (judged.ended, len(judged.asked)) == ("unreached", 3)
    assert "longer and longer" in judged.reason


def test_a_random_pair_is_tried_on_a_device_that_nobody_identified(make, judge):
    judged = judge(accepts_any_password, make(SSH), always(Verdict.OPENED))
    assert (judged.ports, len(judged.asked)) == ([22], 1)


def test_a_device_that_refuses_the_random_pair_passes(make, judge):
    judged = judge(accepts_any_password, make(HTTP))
    assert (judged.flaws, judged.ended) == ([], "passed")
    assert "refused by HTTP on 80/tcp" in judged.reason


def test_a_device_without_a_login_is_skipped(make, judge):
    judged = judge(accepts_any_password, make(("http", 80, {"http.status": 200})))
    assert (judged.ended, judged.reason) == ("skipped", "offers no login")


def test_each_login_has_a_random_pair_of_its_own_so_that_no_account_is_tried_too_often(make, judge):
    judged = judge(accepts_any_password, make(HTTP, TELNET))
    pairs = [question.account for question in judged.asked if question.account.user]
    assert len({pair.user for pair in pairs}) == len(pairs) == 2


def test_a_device_whose_lock_is_not_documented_bears_two_failed_logins_and_the_rest_waits(make, judge):
    judged = judge(accepts_any_password, make(HTTP, TELNET, SSH))
    assert len([account for account in judged.accounts if account.user]) == 2
    assert (judged.ended, "HTTP on 80/tcp: not-tried (the device had 2 failed logins" in judged.reason) == (
        "unreached",
        True,
    )


@given(st.text(), st.text())
def test_the_random_pair_is_the_devices_own_and_always_the_same(one, other):
    first, second = (random_pair(Device(identity, ("192.0.2.1",)), WEB) for identity in (one, other))
    assert (first == second) == (one == other)
    assert first.user.isalnum()
    assert first.password.isalnum()


def opened_for_good(password):
    """A device that lets everybody at an address in once somebody there has logged in."""
    inside: list[Login] = []

    def reply(question):
        if inside:
            return Answer(Verdict.NO_LOGIN_ASKED)
        if question.account.password == password and question.protocol == "http":
            inside.append(question)
            return Answer(Verdict.OPENED, b"HTTP/1.1 200 OK")
        return Answer(Verdict.REFUSED)

    return reply


class Nights:
    """One device over several nights, with one ledger."""

    def __init__(self, judge, device, replies):
        self.book, self.judge, self.device, self.replies = LooseBook(), judge, device, replies

    def __call__(self, hours, check=default_credentials, replies=None):
        when = NIGHT + timedelta(hours=hours)
        return self.judge(check, self.device, replies or self.replies, book=self.book, when=when, run=f"run {hours}")


NIGHT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
RECORDER = {"vendor": "TVT", "model": "TD-2708", "kind": "recorder"}


def test_a_second_run_the_same_night_asks_nothing_and_reports_the_standing_finding_with_its_date(make, judge, opens):
    night = Nights(judge, make(HTTP, claims=HIKVISION), opens(("http", "admin", "12345")))
    first, second = night(0), night(3)
    assert (first.ports, second.ports, second.asked) == ([80], [80], [])
    assert "That was seen at 2026-11-21 02:00 UTC, and is not asked again within 24 hours." in second.flaws[0].detail
    assert second.flaws[0].evidence == first.flaws[0].evidence


def test_the_next_night_the_device_is_asked_anew(make, judge, opens):
    night = Nights(judge, make(HTTP, claims=HIKVISION), opens(("http", "admin", "12345")))
    night(0)
    mended = night(25, replies=lambda question: Answer(Verdict.REFUSED))
    assert (mended.flaws, mended.ended) == ([], "passed")
    assert len(mended.asked) > 1


def test_both_checks_of_one_night_are_one_trial(make, judge):
    night = Nights(judge, make(HTTP, TELNET, claims=APC), always(Verdict.REFUSED))
    night(0)
    assert [one.account.user for one in night(0, accepts_any_password).asked if one.account.user] == []


def test_doors_that_had_to_wait_come_first_the_next_night_and_then_all_is_known(make, judge):
    doors = [("http", port, {"http.auth": "basic"}) for port in (80, 81, 88)]
    night = Nights(judge, make(*doors, claims=RECORDER), always(Verdict.REFUSED))
    first, second = night(0), night(25)
    assert (first.ended, second.ended) == ("unreached", "passed")
    tried = [one.endpoint.port for one in second.asked if one.account.user]
    assert tried[0] == 88
    assert "(as of 2026-11-21 02:00 UTC)" in second.reason


def test_no_night_costs_a_device_of_unknown_limit_more_than_two_failed_logins(make, judge):
    doors = [("http", port, {"http.auth": "basic"}) for port in (80, 81, 88, 8080)]
    night = Nights(judge, make(*doors, TELNET, SSH, claims=APC), always(Verdict.REFUSED))
    for hours in (0, 1, 2, 5, 23):
        night(hours)
        night(hours, accepts_any_password)
    failures = [one for one in night.book.tried(["serial:1"]) if one.costs]
    assert len(failures) == 2


def test_a_door_that_accepts_anything_is_known_as_that_in_the_second_run_too(make, judge):
    def anything(question):
        return Answer(Verdict.REFUSED if question.account.id == "control:anonymous" else Verdict.OPENED, b"200")

    night = Nights(judge, make(HTTP, claims=RECORDER), anything)
    first, second = night(0, accepts_any_password), night(1, accepts_any_password)
    assert (first.ports, second.ports, second.asked) == ([80], [80], [])
    assert (night(2).flaws, night(2).ended) == ([], "skipped")


def test_where_the_limit_is_tight_an_account_that_opens_is_proved_by_one_random_pair_after_it(make, judge, opens):
    device = make(TELNET, SSH, ("http", 80, {"http.auth": "basic"}), claims=APC)
    pairs = [(protocol, "apc", "apc") for protocol in ("telnet", "ssh")]
    judged = judge(default_credentials, device, opens(*pairs))
    assert sorted(judged.ports) == [22, 23]
    assert [one.account.id == "control:random" for one in judged.asked] == [False, False, True, False, True]


def test_what_opens_but_cannot_be_proved_is_no_finding(make, judge):
    def hangs_up(question):
        control = question.account.id.startswith("control:")
        return Answer(Verdict.UNREACHED, reason="reset") if control else Answer(Verdict.OPENED, b"# ")

    device = make(TELNET, SSH, claims=APC)
    judged = judge(default_credentials, device, hangs_up)
    assert (judged.flaws, judged.ended) == ([], "unreached")


def test_a_door_that_stays_open_for_our_address_is_neither_proved_nor_taken_for_one_without_a_login(make, judge):
    device = make(HTTP, claims=HIKVISION)
    proved = judge(default_credentials, device, opened_for_good("12345"))
    assert proved.ports == [80]  # the random pair was refused before, which is proof enough
    pairs = ", ".join(f'{{ user = "{user}", password = "secret" }}' for user in ("root", "admin", "guest"))
    three = read(f'[[entry]]\nid = "own"\nprotocol = ["http"]\naccounts = [{pairs}]\nsource = "ours"', "own", own=True)
    unproved = judge(default_credentials, make(HTTP), opened_for_good("secret"), catalogue=catalogue([], three))
    assert (unproved.flaws, unproved.ended) == ([], "unreached")
    assert "whether it refuses others is not known" in unproved.reason


def test_a_blank_password_that_is_not_even_asked_for_is_the_documented_account(make, judge):
    own = read(
        '[[entry]]\nid = "blank"\nprotocol = ["ssh"]\naccounts = [{ user = "root", password = "" }]\nsource = "ours"',
        "own",
        own=True,
    )

    def none(question):
        return Answer(Verdict.NO_LOGIN_ASKED if question.account.user == "root" else Verdict.REFUSED, b"root")

    judged = judge(default_credentials, make(SSH), none, catalogue=catalogue([], own))
    assert [flaw.account for flaw in judged.flaws] == ["blank: root"]


def test_the_generic_accounts_are_for_what_was_not_identified_and_on_request_only(make, judge, opens):
    replies = opens(("telnet", "admin", "admin"))
    asked_for = judge(default_credentials, make(TELNET), replies, catalogue=catalogue(generic=True))
    assert (asked_for.ports, judge(default_credentials, make(TELNET), replies).flaws) == ([23], [])
    known = judge(
        default_credentials, make(TELNET, claims={"vendor": "Acme"}), replies, catalogue=catalogue(generic=True)
    )
    assert (known.flaws, known.ended) == ([], "skipped")


def test_a_device_whose_maker_documents_no_default_account_is_not_tried(make, judge):
    judged = judge(default_credentials, make(HTTP, claims={"vendor": "BrightSign", "kind": "signage-player"}))
    assert (judged.asked, judged.ended) == ([], "skipped")
    assert "documents no default account: the diagnostic web server takes the serial number" in judged.reason
