"""The page in a real browser: by keyboard, by search, without a script, on paper, and with devices that say what a browser might obey."""

import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.report.pages import ALL, PAYLOADS, Seen, browser, edition, poisoned, shown, with_history
from tests.riverside import LIVED_WITH, NOON

pytestmark = pytest.mark.real
__all__ = ["browser"]  # the fixture of this file's tests
DEVICES = 400
FAULTS = (Path(__file__).parent / "faults.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def city(browser: Browser, tmp_path_factory):
    with shown(browser, tmp_path_factory.mktemp("page") / "report.html", edition(DEVICES)) as seen:
        yield seen


@pytest.fixture
def page(city: Seen) -> Page:
    """The page of the city, as it is when it was just opened."""
    city.page.evaluate("location.hash = ''")
    city.page.reload()
    return city.page


def found(page: Page) -> str:
    return page.locator("#found").inner_text()


def names(page: Page, column: str = ".c-device .cut:nth-child(2)") -> list[str]:
    return page.locator(f"#rows tr.device {column}").all_inner_texts()


def focused(page: Page) -> int:
    """The number of the row whose button has the focus."""
    return int(page.evaluate("document.activeElement.closest('tr').getAttribute('aria-rowindex')"))


def asks(page: Page, words: str) -> None:
    page.fill("#query", words)


def test_it_asks_for_itself_alone_and_breaks_no_policy(browser, tmp_path):
    with shown(browser, tmp_path / "report.html", with_history()) as seen:
        seen.page.locator("#rows .open").first.click()
        seen.page.click("#theme")
        assert seen.requests == [(tmp_path / "report.html").as_uri()]
        assert seen.complaints == []
        assert seen.violations == []


def test_only_the_rows_that_can_be_seen_are_in_the_page(page):
    assert page.locator("#table").get_attribute("aria-rowcount") == str(DEVICES + 1)
    assert 10 < page.locator("#rows tr.device").count() < 60
    page.evaluate("scrollTo(0, document.getElementById('rows').getBoundingClientRect().bottom + scrollY - innerHeight)")
    page.locator(f"#rows tr[aria-rowindex='{DEVICES + 1}']").wait_for()
    assert page.locator("#rows tr[aria-rowindex='100']").count() == 0
    assert page.locator("#rows tr.device").count() < 60


def test_the_table_is_walked_unfolded_and_folded_by_keyboard(page):
    page.focus("#query")
    page.keyboard.press("ArrowDown")
    assert focused(page) == 2
    for key, row in (("ArrowDown", 3), ("ArrowDown", 4), ("ArrowUp", 3), ("End", DEVICES + 1), ("Home", 2)):
        page.keyboard.press(key)
        assert focused(page) == row
    page.keyboard.press("Enter")
    assert page.locator("#rows .open[aria-expanded=true]").count() == 1
    assert page.locator(".unfolded").is_visible()
    assert focused(page) == 2
    page.keyboard.press("PageDown")
    assert focused(page) > 10
    page.keyboard.press("Escape")
    assert page.locator(".unfolded").count() == 0
    assert focused(page) == 2
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#rows')") is None


def test_the_row_with_the_focus_stays_in_the_page_however_far_one_scrolls(page):
    page.focus("#query")
    page.keyboard.press("ArrowDown")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.locator(f"#rows tr[aria-rowindex='{DEVICES + 1}']").wait_for()
    assert focused(page) == 2
    page.keyboard.press("ArrowDown")
    assert focused(page) == 3


@pytest.mark.parametrize(
    ("words", "devices"),
    [
        ("kind:camera", 100),
        ("kind:camera department:\"Department 0\"", 20),
        ("severity>=high", 200),
        ("severity:critical -kind:camera", 100),
        ("score>=95", 100),
        ("port:23", 100),
        ("check:default kind=camera", 100),
        ("firmware!=V5.4.5", 300),
        ("family:credentials", 200),
        ("quarantined:no", 400),
        ("hikvision telnet", 100),
        ("\"Administration in clear text\"", 100),
        ("10.0.1.7", 11),
        ("asset -hikvision", 300),
        ("nothing-says-this", 0),
        ("kind:camera,air-sensor", 200),
        ("address:10.0.1.0/25", 128),
        ("10.0.1.0/25 port:502/tcp", 32),
        ("port:udp/502", 0),
        ("band:\"\"", 200),
        ("due<=3 not kind:camera", 100),
        ("accepted:yes", 0),
        ("address:10.0.0.* and mac:44:19", 64),
        ("44:19:b6:01:02:03", 100),
    ],
)  # fmt: skip
def test_a_search_finds(city, words, devices):
    page = city.page
    page.evaluate("document.getElementById('filters').reset()")
    asks(page, words)
    assert found(page) == (f"{devices} of {DEVICES} devices" if devices < DEVICES else f"{DEVICES} devices")
    assert min(devices, 8) <= page.locator("#rows tr.device").count() <= devices


def test_what_cannot_be_read_is_said_and_what_was_asked_for_before_stays(page):
    asks(page, "kind:camera")
    asks(page, "kind:camera sevrity>=high")
    wrong = page.locator("#wrong")
    assert wrong.inner_text() == (
        "in the filter, word 2 (sevrity>=high) at column 13: there is no key 'sevrity'; did you mean 'severity'?"
    )
    assert page.locator("#query").get_attribute("aria-invalid") == "true"
    assert found(page) == f"100 of {DEVICES} devices, by what was asked before"
    page.select_option("#filter-department", "Department 0")
    assert found(page) == f"20 of {DEVICES} devices, by what was asked before"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert (
        page.locator("#print caption").text_content()
        == "20 devices with findings, of those that were chosen: kind:camera"
    )
    asks(page, "kind:camera severity>=high")
    assert not wrong.is_visible()
    assert page.locator("#query").get_attribute("aria-invalid") == "false"


def test_filters_are_combined_and_cleared(page):
    page.select_option("#filter-kind", "camera")
    page.select_option("#filter-department", "Department 1")
    assert found(page) == f"20 of {DEVICES} devices"
    page.select_option("#filter-family", "credentials")
    assert found(page) == f"20 of {DEVICES} devices"
    page.select_option("#filter-band", "-")
    assert found(page) == f"0 of {DEVICES} devices"
    page.click("text=Clear")
    page.get_by_text(f"{DEVICES} devices", exact=True).wait_for()


def test_the_heads_sort_and_say_so(page):
    assert page.locator("th[data-sort=risk]").get_attribute("aria-sort") == "descending"
    page.focus("th[data-sort=address] button")
    page.keyboard.press("Enter")
    assert page.locator("th[data-sort=address]").get_attribute("aria-sort") == "ascending"
    assert page.locator("th[data-sort=risk]").get_attribute("aria-sort") is None
    assert names(page)[0].startswith("10.0.0.0 ")
    assert names(page)[1].startswith("10.0.0.1 ")
    page.keyboard.press("Enter")
    assert names(page)[0].startswith("10.0.1.143 ")


def test_a_tile_filters_the_devices(page):
    page.click(".tile.band-none a")
    assert found(page) == f"200 of {DEVICES} devices"
    assert page.input_value("#query") == 'band:""'


def test_the_address_of_the_page_unfolds_a_device_and_names_the_one_that_is_unfolded(browser, tmp_path):
    fragment = "#device-mac%3A44%3A19%3Ab6%3A01%3A02%3A03-388"
    with shown(browser, tmp_path / "report.html", edition(DEVICES), fragment) as seen:
        assert "10.0.1.132" in seen.page.locator(".unfolded").inner_text()
        assert seen.page.locator(".unfolded").is_visible()
        asks(seen.page, "kind:air-sensor")
        assert seen.page.locator(".unfolded").count() == 0
        seen.page.evaluate("location.hash = '#device-serial:MESH1-2'")
        seen.page.locator(".unfolded").wait_for()
        seen.page.click(".unfolded .close")
        assert seen.page.evaluate("location.hash") == "#devices"


def test_an_unfolded_device_tells_all(page):
    asks(page, "10.0.0.0")
    page.locator("#rows .open").first.click()
    for summary in page.locator(".unfolded summary").all():
        summary.click()
    told = page.locator(".unfolded").inner_text()
    for words in (
        "A documented default account opens the device", "HTTP/1.1 200 OK <title>Live View</title>", "To do: Set a password of its own", "CWE-1392",
        "account hikvision-1: admin",
            "CVE-2017-7921, known to be exploited", "version V5.4.5; built on 2017-01-24", "hikvision-build (likely)", "CISA BOD 26-04",
        "DVRDVS-Webs 2.0", "skipped tls-old-version: it speaks no tls", "Department 0", "23/tcp",
    ):  # fmt: skip
        assert words in told
    assert page.locator(".unfolded svg.timeline").get_attribute("aria-label").startswith("Built on 2017-01-24")


def test_what_devices_say_is_text_and_never_obeyed(browser, tmp_path):
    told = poisoned()
    with shown(browser, tmp_path / "report.html", told) as seen:
        page = seen.page
        for summary in page.locator("main details:visible > summary").all():
            summary.click()
        for at in range(len(told.report.assessments)):
            page.evaluate("scrollTo(0, document.getElementById('devices').offsetTop)")
            page.locator("#rows tr.device .open").nth(at).click()
            assert PAYLOADS[0] in page.locator(".unfolded").inner_text()
            page.locator(".unfolded").hover()
        for payload in PAYLOADS:
            asks(page, payload)
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert PAYLOADS[0] in page.locator("#print").inner_text()
        assert page.evaluate("window.owned") is None
        assert seen.complaints == []
        assert seen.violations == []
        assert len(seen.requests) == 1
        assert page.locator("script").count() == 4
        assert (
            page.locator("img, iframe, object, embed, link, base, textarea, [onload], [onerror], [onfocus]").count()
            == 0
        )
        assert {
            link[0]
            for link in page.evaluate("[...document.querySelectorAll('a')].map((one) => one.getAttribute('href'))")
        } == {"#"}


def test_what_is_hidden_is_made_visible(browser, tmp_path):
    with shown(browser, tmp_path / "report.html", poisoned()) as seen:
        text = (tmp_path / "report.html").read_text()
        assert not set(ALL) & set("\x1b\x9b\u202e\u200b\x07") & set(text)
        seen.page.locator("#rows .open").first.click()
        assert "\\u202e" in seen.page.locator(".unfolded").inner_text()


def test_without_a_script_it_tells_the_summary_the_steps_and_the_worst_devices(browser, tmp_path):
    with shown(browser, tmp_path / "report.html", edition(DEVICES), java_script_enabled=False) as seen:
        told = seen.page.locator("main").inner_text()
        assert "Fix first" in told
        assert "The 200 devices with the worst findings, of 400" in told
        assert seen.page.locator("#static tbody tr").count() == 200
        assert seen.page.locator("#static").is_visible()
        assert not seen.page.locator("#finder").is_visible()
        assert "Without its script" in told


def test_on_paper_there_are_the_summary_the_steps_and_the_devices_that_were_chosen(browser, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    with shown(browser, tmp_path / "report.html", edition(DEVICES)) as seen:
        asks(seen.page, "kind:camera department:4")
        seen.page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    command = ["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for words in (
        "Riverside: what the scan found",
        "What changed",
        "Fix first",
        "20 devices with findings, of those that were chosen",
        "10.0.1.128",
    ):
        assert words in text
    assert "10.0.1.129" not in text.split("Devices\n")[-1]
    assert "Clear" not in text


def test_on_paper_what_changed_is_unfolded_and_after_that_as_it_was(browser, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    with shown(browser, tmp_path / "report.html", with_history()) as seen:
        seen.page.locator("#changed summary").first.click()
        kinds = seen.page.locator("#changed details")
        seen.page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
        assert kinds.count() > 1
        assert seen.page.locator("#changed details[open]").count() == 1
    command = ["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "An old flaw" in text


@pytest.mark.parametrize("dark", [False, True])
def test_colours_follow_the_system_and_the_button(browser, tmp_path, dark):
    scheme = "dark" if dark else "light"
    with shown(browser, tmp_path / "report.html", edition(4), color_scheme=scheme) as seen:
        ground = "getComputedStyle(document.body).backgroundColor"
        before = seen.page.evaluate(ground)
        seen.page.click("#theme")
        after = seen.page.evaluate(ground)
        assert (before, after) == (
            ("rgb(18, 23, 29)", "rgb(255, 255, 255)") if dark else ("rgb(255, 255, 255)", "rgb(18, 23, 29)")
        )


@pytest.mark.parametrize("width", [320, 375, 768, 1440])
def test_nothing_is_wider_than_the_screen(browser, tmp_path, width):
    with shown(browser, tmp_path / "report.html", with_history(), viewport={"width": width, "height": 812}) as seen:
        seen.page.locator("#rows .open").first.click()
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        heights = seen.page.evaluate("[...document.querySelectorAll('#rows tr.device')].map((row) => row.offsetHeight)")
        assert len(set(heights)) == 1


def test_everything_has_a_name_and_a_place(browser, tmp_path):
    with shown(browser, tmp_path / "report.html", with_history()) as seen:
        seen.page.locator("#rows .open").first.click()
        wrong = seen.page.evaluate(FAULTS)
    assert wrong == []


def test_the_rules_for_names_and_places_find_faults(browser, tmp_path):
    with shown(browser, tmp_path / "report.html", with_history()) as seen:
        seen.page.evaluate(
            "document.getElementById('theme').textContent = ''; document.querySelector('label.search').replaceWith(document.getElementById('query'))"
        )
        assert seen.page.evaluate(FAULTS) == ["no name: button", "no label: query"]


def test_accepted_findings_are_shown_and_do_not_count(browser, tmp_path):
    from scanner.edition import Edition

    with shown(browser, tmp_path / "report.html", Edition(LIVED_WITH, today=NOON.date())) as seen:
        asks(seen.page, "kind:camera")
        assert seen.page.locator("#rows .c-count").inner_text() == "2"
        seen.page.locator("#rows .open").click()
        assert "accepted by Transport until 2027-03-31" in seen.page.locator(".unfolded .lived").inner_text()


def test_on_a_phone_the_number_of_a_step_stands_on_one_line(browser, tmp_path):
    with shown(browser, tmp_path / "report.html", edition(DEVICES), viewport={"width": 390, "height": 844}) as seen:
        seen.page.evaluate("document.querySelector('.steps').style.counterReset = 'step 8'")
        high = seen.page.evaluate(
            "[...document.querySelectorAll('.steps > li')].map(li => getComputedStyle(li, '::before').height)"
        )
    assert len(high) > 1  # the 9th and the 10th
    assert len(set(high)) == 1
