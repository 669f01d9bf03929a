import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.codecs.html_page import decode, is_still, read_page


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>WEB SERVICE</title>", "WEB SERVICE"),
        ("<TITLE\n>\n RUT240 -\n Web UI </TITLE>", "RUT240 - Web UI"),
        ("<title>A &amp; B &#39;C&#39;</title>", "A & B 'C'"),
        ("<title>unclosed", "unclosed"),
        ("<title></title><title>second</title>", "second"),
        ("<!-- <title>no</title> --><title>yes</title>", "yes"),
        ("<script>'<title>no</title>'</script><title>yes</title>", "yes"),
        ("<svg><title>icon</title></svg><title>page</title>", "page"),
        ("<title>a\x1b[2Jb\u202ec</title>", "a\\x1b[2Jb\\u202ec"),
        ("<title>x", "x"),
        ("<<title>x</title>", ""),
        ("no markup", ""),
    ],
)
def test_reads_the_title_of_broken_pages(page, title):
    assert read_page(page).title == title


@pytest.mark.parametrize(
    ("page", "asked"),
    [
        ("<input type=password>", True),
        ("<INPUT name='p' TYPE='PASSWORD'>", True),
        ('<input type = "password" />', True),
        ("<input type=text placeholder=password>", False),
        ("<!-- <input type=password> -->", False),
        ("<p>type=password</p>", False),
    ],
)
def test_finds_a_field_for_a_password(page, asked):
    assert read_page(page).password_form is asked


def test_reads_generator_refresh_and_visible_text():
    page = read_page(
        "<meta name=generator content='Web&amp;Cam 2.1'><meta http-equiv='Refresh' content=\"0; URL='/login.html'\">"
        "<style>p{}</style><body>Please <b>log in</b><script>var a = '<p>';</script> now"
    )
    assert page.generator == "Web&Cam 2.1"
    assert page.refresh == "/login.html"
    assert page.text == "Please log in now"


def test_text_is_cut_short():
    assert len(read_page("<p>" + "word " * 10_000).text) == 200


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("摄像机".encode("gb2312"), "text/html; charset=gb2312", "摄像机"),
        (b"<meta charset=GB2312>" + "摄像机".encode("gb2312"), "text/html", "<meta charset=GB2312>摄像机"),
        ("Schréder".encode("latin-1"), "text/html;charset=ISO-8859-1", "Schréder"),
        ("Schréder".encode("latin-1"), "text/html", "Schr\\xe9der"),
        ("Schréder".encode(), "text/html", "Schréder"),
        (b"eNoDAAAAAAE=", "text/html; charset=zlib", "eNoDAAAAAAE="),
        (b"a", "text/html; charset=\u202e", "a"),
    ],
)
def test_reads_the_charset_that_is_named_and_shows_what_does_not_fit(body, content_type, text):
    assert decode(body, content_type) == text


@given(st.binary(max_size=500))
def test_junk_ends_in_a_page(junk):
    for page in (read_page(decode(junk)), read_page("<title>" + decode(b"<meta charset=gb2312><input " + junk))):
        assert "\n" not in page.title + page.text
    assert not is_still(decode(junk))


@pytest.mark.parametrize("piece", ["<script", "<!--", "<meta a", "<input a=", 'a="', "<", "<title>", "a", "<svg>", " "])
def test_sixty_four_kilobytes_of_the_same_are_read_in_one_pass(piece):
    text = "<input " + piece * (65536 // len(piece))
    assert not read_page(text).password_form
    assert not is_still(text)


STILL = "<!DOCTYPE html><html><head><title>Box 7</title></head><body><h1>Box 7</h1><p>Managed from the city's cloud.</p></body></html>"


@pytest.mark.parametrize(
    ("page", "still"),
    [
        (STILL, True),
        (STILL.replace("h1", "H1"), True),
        ("", False),
        ("Box 7", False),
        (STILL.removesuffix("</html>"), False),
        (STILL.replace("</body>", '<form action="/login"></form></body>'), False),
        (STILL.replace("</body>", "<input type=password></body>"), False),
        (STILL.replace("</body>", '<a href="/cgi-bin/luci">Log in</a></body>'), False),
        (STILL.replace("</body>", '<script src="app.js"></script></body>'), False),
        (STILL.replace("</body>", '<iframe src="login.htm"></iframe></body>'), False),
        (STILL.replace("</body>", "<app-root></app-root></body>"), False),
        (STILL.replace("<body>", '<body onload="start()">'), False),
        (STILL.replace("<body>", "<body\nOnLoad = start()>"), False),
        (STILL.replace("</head>", '<meta http-equiv="Refresh" content="0; url=/login"></head>'), False),
        (STILL.replace("</head>", '<meta charset="utf-8"></head>'), True),
    ],
)
def test_knows_a_page_that_is_only_to_be_read(page, still):
    assert is_still(page) is still
