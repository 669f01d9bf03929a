import pytest

from checks.form_template import template
from checks.forms import EXAMPLE_PASSWORD, EXAMPLE_USER, STEPS, load_forms, read

FORMS = load_forms()
ORIGINS = ("manual: ", "source: ", "standard: ", "advisory: ", "nuclei-templates (ProjectDiscovery, MIT)")
ENTRY = r"""
[[form]]
id = "one"
vendor = "Acme"
products = ["^CAM"]
heard = { "http.title" = "Acme" }
page = "/login"
shows = "acme"
tokens = [{ name = "csrf", of = "page", body = 'value="(\w+)"' }]
opened = [{ status = 302 }]
refused = [{ status = 403 }]
source = "manual: Acme"
[form.submit]
path = "/login"
fields = { name = "{user}", word = "{md5:{user}:{csrf}:{password}}" }
[form.proof]
path = "/home"
shows = [{ status = 200, body = "logout" }]
[form.examples]
page = "HTTP/1.1 200 OK"
submits = "name=operator"
opened = "HTTP/1.1 302 Found"
refused = "HTTP/1.1 403 Forbidden"
proof = "HTTP/1.1 200 OK"
"""


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.id)
def test_every_form_has_a_source_and_all_its_examples(form):
    assert form.source.startswith(ORIGINS)
    assert form.examples["page"]
    assert all(token.step in STEPS for token in form.tokens)
    assert (form.challenge is None) == ("challenge" not in form.examples)


def test_a_dozen_logins_of_many_makers_are_described():
    assert len(FORMS) >= 12
    assert len({form.vendor for form in FORMS.values()}) >= 10


def test_a_form_is_read_with_all_that_it_says():
    (form,) = read(ENTRY, "acme.toml")
    assert form.fits("Acme", "CAM-1")
    assert not form.fits("Acme", "NVR-1")
    assert not form.fits("Other", "CAM-1")
    assert form.submit.method == "POST"
    assert form.submit.names == {"user", "csrf", "password"}
    assert form.open_to_strangers


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('id = "one"', 'id = "one"\nidd = 1', "acme.toml: form 'one': unknown key 'idd'"),
        ('source = "manual: Acme"', "", "form 'one': no source"),
        ('page = "/login"', 'page = "login"', "form 'one': page must be a path"),
        ('shows = "acme"', 'shows = "("', "form 'one': shows: '(' is no regular expression"),
        ("opened = [{ status = 302 }]", "opened = []", "form 'one': opened: no sign"),
        ("opened = [{ status = 302 }]", "opened = [{ status = 3 }]", "form 'one': opened: a sign names"),
        ("{csrf}", "{other}", "form 'one': submit: nothing is known of other"),
        ("{md5:", "{md7:", "form 'one': submit: fields: word: no hole and no function"),
        ('path = "/home"', 'path = "/home"\nmethod = "DELETE"', "form 'one': only the way out deletes"),
        (
            "[form.submit]\npath",
            '[form.submit]\nmethod = "GET"\npath',
            "form 'one': submit: a password is never put into",
        ),
        ('heard = { "http.title" = "Acme" }', "heard = {}", "form 'one': heard: names at least one fact"),
        ('of = "page"', 'of = "nowhere"', "form 'one': tokens: csrf: of is one of page"),
        (r'value="(\w+)"', r'value="\w+"', "form 'one': tokens: csrf: "),
        ('submits = "name=operator"', "", "form 'one': examples: no submits"),
        ("[form.submit]", 'left = "none"\n[form.submit]', "form 'one': left: 'none' needs a group"),
        (
            "[form.proof]",
            '[form.challenge]\npath = "/c"\nfields = { p = "{password}" }\n[form.proof]',
            "form 'one': challenge: the password is offered once only",
        ),
    ],
)
def test_a_mistake_is_named_with_its_file_form_and_key(before, after, told):
    assert before in ENTRY
    with pytest.raises(ValueError, match=r"^acme\.toml: ") as refused:
        read(ENTRY.replace(before, after, 1), "acme.toml")
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{user}", "operator"),
        ("a{user}b", "aoperatorb"),
        # echo -n 'Tocsin&1' | md5sum, sha1sum, sha256sum, base64
        ("{md5:{password}}", "47d3223e0a4581e5b73e756785a18eea"),
        ("{base64:{password}}", "VG9jc2luJjE="),
        ("{url:{password}}", "Tocsin%261"),
        ("{xml:{password}}", "Tocsin&amp;1"),
    ],
)
def test_a_template_is_filled(text, filled):
    assert template(text).fill({"user": EXAMPLE_USER, "password": EXAMPLE_PASSWORD}) == filled


def test_a_digest_in_capitals_is_written_in_capitals():
    values = {"user": EXAMPLE_USER, "password": EXAMPLE_PASSWORD}
    assert template("{MD5:{password}}").fill(values) == template("{md5:{password}}").fill(values).upper()
    assert len(template("{sha512:{user}{sha256:{password}}}").fill(values)) == 128


@pytest.mark.parametrize("text", ["{", "}", "{user", "{md5:{user}", "{md5{user}}", "{nope:x}", "a}b", "{md5:" * 20])
def test_a_broken_template_is_refused(text):
    with pytest.raises(ValueError, match=r"brace|hole"):
        template(text)
