import pytest

from checks.web_redirect import http_no_hsts, http_not_redirected
from inventory.model import Severity

FORM = {"http.password_form": True, "http.tls": False, "http.status": 200}
SECURE = {"http.tls": True, "http.status": 200, "http.password_form": True}
NAMED = ("tls", 443, {"tls.server_name": "cam1.city.example"})


@pytest.mark.parametrize("login", [FORM, {"http.auth": "digest", "http.status": 401, "http.tls": False}])
def test_a_login_in_clear_beside_https_is_medium(make, judge, login):
    (flaw,) = judge(http_not_redirected, make(("http", 80, login), ("http", 443, SECURE))).flaws
    assert (flaw.endpoint.port, flaw.severity, flaw.facet) == (80, Severity.MEDIUM, "tcp/80 http.downgrade")


@pytest.mark.parametrize(
    "plain",
    [
        {"http.status": 301, "http.location": "https://192.0.2.1/", "http.tls": False},
        FORM | {"http.location": "https://192.0.2.1/login"},
        {"http.status": 200, "http.tls": False},
    ],
)
def test_a_page_that_leads_on_to_https_or_asks_for_nothing_passes(make, judge, plain):
    judged = judge(http_not_redirected, make(("http", 80, plain), ("http", 443, SECURE)))
    assert (judged.flaws, judged.ended) == ([], "passed")


def test_a_redirect_within_http_is_none_to_https(make, judge):
    login = FORM | {"http.location": "http://192.0.2.1/login.htm"}
    assert judge(http_not_redirected, make(("http", 80, login), ("http", 443, SECURE))).ports == [80]


def test_a_location_that_is_no_address_is_no_redirect(make, judge):
    login = FORM | {"http.location": "https://[::1"}
    assert judge(http_not_redirected, make(("http", 80, login), ("http", 443, SECURE))).ports == [80]


def test_a_device_without_https_is_left_to_the_check_of_clear_text(make, judge):
    judged = judge(http_not_redirected, make(("http", 80, FORM)))
    assert (judged.flaws, judged.ended) == ([], "skipped")


@pytest.mark.parametrize(
    ("age", "told"), [(None, "does not ask"), (0, "does not ask"), (86400, "for 86400 seconds only")]
)
def test_https_of_a_name_that_browsers_are_not_asked_to_stay_with_is_told(make, judge, age, told):
    page = SECURE if age is None else SECURE | {"http.hsts": age}
    (flaw,) = judge(http_no_hsts, make(NAMED, ("http", 443, page))).flaws
    assert (flaw.severity, told in flaw.detail) == (Severity.INFO, True)


def test_half_a_year_of_hsts_passes(make, judge):
    judged = judge(http_no_hsts, make(NAMED, ("http", 443, SECURE | {"http.hsts": 15552000})))
    assert (judged.flaws, judged.ended) == ([], "passed")


@pytest.mark.parametrize(
    "heard",
    [
        [("tls", 443, {}), ("http", 443, SECURE)],
        [NAMED, ("http", 443, SECURE | {"http.status": 401})],
        [NAMED, ("http", 80, FORM)],
    ],
)
def test_hsts_is_asked_of_pages_that_came_by_https_from_a_name(make, judge, heard):
    judged = judge(http_no_hsts, make(*heard))
    assert (judged.flaws, judged.ended) == ([], "skipped")
