import pytest

from scanner.codecs.http1 import Response
from scanner.codecs.http_refusal import is_busy, lock_of, news_of, words_of


def answer(status: int = 200, body: str = "", *headers: tuple[str, str]) -> Response:
    return Response(status, "", headers, body.encode())


@pytest.mark.parametrize(
    ("heard", "afterwards", "before"),
    [
        (answer(423), True, True),
        (answer(429), True, True),
        (answer(401, "", ("Retry-After", "600")), True, True),
        (answer(503, "", ("Retry-After", "600")), False, False),
        (answer(200, "", ("Retry-After", "600")), False, False),
        (answer(401, "<lockStatus>lock</lockStatus>"), True, True),
        (answer(401, "<lockStatus>unlock</lockStatus>"), False, False),
        (answer(200, "<p>Your <b>account</b> is <i>locked</i></p>"), True, True),
        (answer(200, "<script>alert('Too many failed attempts')</script>"), True, True),
        (answer(200, '{"error":"Account locked","user":"admin"}'), True, True),
        (answer(401, "<p>Accounts are locked after 3 failures</p>"), True, False),
        (answer(401, "<p>1 attempt left</p>"), True, False),
        (answer(200, "<td>Door 1</td><td>locked</td>"), False, False),
    ],
)
def test_a_lock_is_known_by_status_headers_state_and_words(heard, afterwards, before):
    said = words_of(heard)
    assert (bool(lock_of(heard, said)), bool(lock_of(heard, said, threats=False))) == (afterwards, before)


def test_a_long_page_may_name_its_limit_of_sessions():
    message, settings = answer(200, "Too many sessions"), answer(200, "Too many sessions" + " and more" * 60)
    assert is_busy(message, words_of(message))
    assert not is_busy(settings, words_of(settings))
    assert is_busy(answer(503), "")


def test_what_every_stranger_reads_is_no_news():
    before = answer(401, "<p>Accounts are locked after 3 failures</p><p>Please log in</p>")
    after = answer(401, "<p>Accounts are locked after 3 failures</p><p>Wrong password</p>")
    assert news_of(after, before) == "Wrong password"
