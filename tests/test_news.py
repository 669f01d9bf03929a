"""What rings and what does not, and how it is said."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from inventory.diff import Diff, FindingChange, FindingState, diff
from inventory.findings import Acceptance, Finding, Outcome, Shift
from inventory.model import Severity, Status
from inventory.news import Happened, News
from inventory.report import Assessment, Report
from scanner import notice
from scanner.news import bulletin, summary
from tests.riverside import (
    CAMERA,
    DEFAULT_ACCOUNT,
    HOSTILE,
    LEFT_ALONE,
    METER,
    NOON,
    OLD_FIRMWARE,
    OPEN_TELNET,
    REPORT,
    SHARED_KEY,
    SILENCED,
)

EMPTY = replace(REPORT, assessments=(), fleet=())
CLEAN = replace(
    CAMERA, outcomes=tuple(Outcome(outcome.check, Status.PASSED, "it is well") for outcome in CAMERA.outcomes)
)
WORD = Acceptance("CISO", "it is planned", date(2026, 12, 1), "waivers.toml line 6")


def of(*assessments: Assessment) -> Report:
    return replace(EMPTY, assessments=assessments)


def found(*findings: Finding) -> Assessment:
    """The camera with these findings and no others."""
    outcomes = [
        replace(o, status=Status.FOUND if mine else Status.PASSED, findings=mine)
        for o in CAMERA.outcomes
        for mine in [tuple(f for f in findings if f.check == o.check)]
    ]
    return replace(CAMERA, outcomes=tuple(outcomes))


def news(old: Report, new: Report, level: Severity = Severity.HIGH) -> list[tuple[Happened, str]]:
    return [(one.what, one.finding) for one in bulletin(new, diff(old, new), level).news]


def test_what_is_new_at_or_above_the_level_is_news_worst_first():
    assert news(of(CLEAN), of(CAMERA)) == [
        (Happened.NEW, DEFAULT_ACCOUNT.id),
        (Happened.NEW, OPEN_TELNET.id),
        (Happened.NEW, OLD_FIRMWARE.id),  # medium by its check, and high from the guests' network
    ]
    assert news(of(CLEAN), of(CAMERA), Severity.CRITICAL) == [(Happened.NEW, DEFAULT_ACCOUNT.id)]


def test_what_is_still_there_fixed_or_not_observed_is_no_news():
    assert news(of(CAMERA), of(CAMERA), Severity.INFO) == []
    assert news(of(CAMERA), of(CLEAN), Severity.INFO) == []
    assert news(of(CAMERA), EMPTY, Severity.INFO) == []


def test_what_is_accepted_is_no_news_and_what_is_so_no_longer_is():
    accepted = replace(DEFAULT_ACCOUNT, accepted=WORD)
    assert news(of(CLEAN), of(found(accepted))) == []
    assert news(of(found(DEFAULT_ACCOUNT)), of(found(accepted))) == []
    assert news(of(found(accepted)), of(found(DEFAULT_ACCOUNT))) == [(Happened.LAPSED, DEFAULT_ACCOUNT.id)]


def test_what_counts_as_worse_is_news_and_what_counts_as_less_is_not():
    mild = replace(OPEN_TELNET, severity=Severity.MEDIUM)
    assert news(of(found(mild)), of(found(OPEN_TELNET))) == [(Happened.WORSE, OPEN_TELNET.id)]
    assert news(of(found(OPEN_TELNET)), of(found(mild)), Severity.INFO) == []
    reached = replace(OPEN_TELNET, shifts=(Shift(1, "it was reached from guest-wifi"),))
    assert news(of(found(OPEN_TELNET)), of(found(reached)), Severity.CRITICAL) == [(Happened.WORSE, OPEN_TELNET.id)]


def test_a_first_scan_is_one_news():
    (first,) = bulletin(REPORT, None, Severity.HIGH).news
    assert (first.what, first.title) == (Happened.FIRST, "first look: 2 critical, 3 high on 4 devices")
    assert bulletin(of(CLEAN), None, Severity.HIGH).news == ()


def test_what_several_devices_share_is_news():
    shared = replace(of(CAMERA), fleet=(SHARED_KEY,))
    assert news(of(CAMERA), shared) == [(Happened.NEW, SHARED_KEY.id)]


def test_a_device_that_is_left_alone_is_news_for_the_day_on_which_it_came_to_be():
    (silenced,) = bulletin(of(SILENCED), diff(of(METER), of(SILENCED)), Severity.CRITICAL).news
    assert (silenced.what, silenced.address) == (Happened.QUARANTINED, "10.77.0.22")
    (again,) = bulletin(of(SILENCED), diff(of(SILENCED), of(SILENCED)), Severity.CRITICAL).news
    assert again.key == silenced.key
    later = replace(SILENCED, quarantine=replace(LEFT_ALONE, since=NOON + timedelta(days=9)))
    (anew,) = bulletin(of(later), diff(of(SILENCED), of(later)), Severity.CRITICAL).news
    assert anew.key != silenced.key


def test_the_same_news_of_another_night_has_the_same_key_and_worse_news_another():
    def key(*findings: Finding) -> str:
        (one,) = bulletin(of(found(*findings)), diff(of(CLEAN), of(found(*findings))), Severity.HIGH).news
        return one.key

    assert key(OPEN_TELNET) == key(replace(OPEN_TELNET, detail="as it was told another night"))
    assert key(OPEN_TELNET) != key(replace(OPEN_TELNET, severity=Severity.CRITICAL))


def test_earlier_news_is_over_where_it_is_fixed_or_accepted_and_not_where_it_is_not_observed():
    assert set(bulletin(of(CLEAN), diff(of(CAMERA), of(CLEAN)), Severity.HIGH).over) == {
        DEFAULT_ACCOUNT.id,
        OPEN_TELNET.id,
        OLD_FIRMWARE.id,
    }
    accepted = found(replace(DEFAULT_ACCOUNT, accepted=WORD))
    assert bulletin(of(accepted), diff(of(found(DEFAULT_ACCOUNT)), of(accepted)), Severity.HIGH).over == (
        DEFAULT_ACCOUNT.id,
    )
    assert bulletin(EMPTY, diff(of(CAMERA), EMPTY), Severity.HIGH).over == ()


def test_a_notice_says_what_and_where_to_look_and_the_device_s_address_only_if_it_may():
    told = bulletin(of(found(DEFAULT_ACCOUNT)), diff(of(CLEAN), of(found(DEFAULT_ACCOUNT))), Severity.HIGH).news
    assert notice.heading("Riverside", "traffic-north", told) == "[Tocsin] Riverside/traffic-north: 1 new critical"
    assert notice.message(told, details=False) == (
        f"critical, new: A documented default account opens the device (camera, finding {DEFAULT_ACCOUNT.id})\n\n"
        "Which devices these are, the reports and the inventory say under the ids of the findings.\n"
    )
    assert notice.message(told, details=True) == (
        "critical, new: A documented default account opens the device"
        f" (camera Hikvision DS-2CD2142FWD-I at 10.77.0.10 80/tcp, finding {DEFAULT_ACCOUNT.id})\n"
    )


def test_a_new_device_is_called_so():
    told = bulletin(of(found(OPEN_TELNET)), diff(EMPTY, of(found(OPEN_TELNET))), Severity.HIGH).news
    assert "(new device: camera, finding" in notice.message(told, details=False)


def one(**changes: Any) -> News:
    plain = News("k", "s", Happened.NEW, Severity.HIGH, "It is open", NOON, "0123456789abcdef", "10.77.0.10", "80/tcp")
    return replace(plain, **{"kind": "camera", **changes})


def test_a_title_counts_by_what_happened_and_how_bad_it_is():
    several = [
        one(),
        one(what=Happened.REGRESSED, severity=Severity.CRITICAL),
        one(),
        one(what=Happened.QUARANTINED, finding=""),
    ]
    assert notice.heading("", "pumps", several) == "[Tocsin] pumps: 1 back critical, 2 new high, 1 quarantined"
    assert notice.heading("", "", [one()]) == "[Tocsin] all networks: 1 new high"


def test_a_long_night_is_told_in_twenty_lines():
    lines = notice.message([one(key=str(number)) for number in range(1000)], details=True).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "and 980 more"


def test_what_is_told_late_says_since_when_it_is_known():
    late, fresh = one(since=NOON - timedelta(days=1)), one()
    told = notice.message([late, fresh], details=False).splitlines()
    assert told[0].endswith("; seen since 2026-11-19 12:00 UTC")
    assert told[1].endswith("finding 0123456789abcdef)")


SIRENS = (
    HOSTILE,
    "@everyone <!channel> <@U012AB3CD> @here",
    "[click](https://evil.example/x) <a href='http://evil.example'>x</a>",
    "www.evil.example evil.example mail@evil.example",
    "*bold* _it_ `code` ~gone~ ||hidden|| # head\n- list\nBcc: all@city.example",
    "&lt;script&gt; :skull: \\u202e",
)


def test_nothing_that_a_device_is_called_is_a_link_a_mention_or_markup():
    for siren in SIRENS:
        for text in (
            notice.inert(siren),
            notice.message([one(name=siren, title=siren, kind=siren)], details=True),
            notice.heading(siren, siren, [one(), one(what=Happened.FIRST, title=siren)]),
        ):
            assert not set("@<>*_`~|#\\&\r\x1b\u202e\u200b") & set(text), text
            assert "//" not in text
            assert "](" not in text
            assert ".e" not in text
            assert text.count("\n") in (0, 1)  # the end of the one line of a message


def test_what_is_plain_stays_as_it_is():
    for text in ("Hikvision DS-2CD2142FWD-I V5.4.5", "TLS 1.0/1.1 (old)", "Straßenlaterne 7, Nord", "50% [a]"):
        assert notice.inert(text) == text


def test_a_digest_says_what_each_site_came_to():
    changed = diff(of(CAMERA, METER), of(CLEAN, SILENCED))
    told = summary("traffic-north", of(CLEAN, SILENCED), changed, "/var/lib/tocsin/2026-11-20")
    first = summary("pumps", REPORT, None)
    assert notice.digest_heading("Riverside", [told]) == "[Tocsin] Riverside/traffic-north: the night: 0 new, 3 fixed"
    both = notice.digest_heading("Riverside", [told, first])
    assert both.endswith("Riverside/2 sites: the night: 0 new, 3 fixed, a first look at 1 site, 2 critical, 3 high")
    assert notice.digest([told, first]) == (
        f"traffic-north: 2 devices, scan {REPORT.scan.id}\n"
        "  findings: 3 fixed\n"
        "  devices: 1 quarantined\n"
        "  left: nothing\n"
        "  not examined in full: 1 device\n"
        "  reports: /var/lib/tocsin/2026-11-20\n"
        "\n"
        f"pumps: 4 devices, scan {REPORT.scan.id}\n"
        "  the first look: there is nothing to compare with\n"
        "  left: 2 critical, 3 high\n"
        "  not examined in full: 1 device\n"
    )


def test_a_night_without_a_change_says_so():
    assert "  nothing changed\n" in notice.digest([summary("pumps", of(CAMERA), diff(of(CAMERA), of(CAMERA)))])


def test_a_finding_that_was_out_of_sight_and_is_worse_now_is_news():
    was = replace(OPEN_TELNET, severity=Severity.MEDIUM)
    again = FindingChange(FindingState.SEEN_AGAIN, CAMERA.device, OPEN_TELNET, before=was)
    same = replace(again, before=OPEN_TELNET)
    told = Diff(REPORT.scan, REPORT.scan, (), (again, same), ())
    assert [one.what for one in bulletin(of(CAMERA), told, Severity.HIGH).news] == [Happened.WORSE]
