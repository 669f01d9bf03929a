import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.codecs.http_auth import Challenge, authorisation, basic, parse_challenges, strongest

# RFC 7616 section 3.9.1, both challenges of one answer.
RFC_7616 = (
    (
        'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    ),
    (
        'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    ),
)
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


def answer(challenge: Challenge) -> str:
    return authorisation(challenge, "Mufasa", "Circle of Life", "GET", "/dir/index.html", CNONCE)


def test_answers_sha_256_as_rfc_7616_computes_it():
    assert 'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"' in answer(
        parse_challenges(RFC_7616)[0]
    )


def test_answers_md5_as_rfc_7616_computes_it():
    assert 'response="8ca523f5e9506fed4657c9700eebdbec"' in answer(parse_challenges(RFC_7616)[1])


def test_answers_a_challenge_without_qop_as_rfc_2069_does():
    # RFC 2069 section 2.4 with the response of its erratum 749.
    (challenge,) = parse_challenges(
        ['Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c"']
    )
    header = authorisation(challenge, "Mufasa", "CircleOfLife", "GET", "/dir/index.html")
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in header
    assert "qop" not in header
    assert "cnonce" not in header


def test_a_session_key_takes_both_nonces():
    # Computed by hand: HA1 = md5(md5("u:r:p"):"n":"c"), HA2 = md5("GET:/"), response = md5(HA1:n:00000001:c:auth:HA2).
    (challenge,) = parse_challenges(['Digest realm="r", nonce="n", qop="auth", algorithm=MD5-sess'])
    header = authorisation(challenge, "u", "p", "GET", "/", "c")
    assert 'response="6e4aac8b22e97762f88ccd0d5ccf5b1d"' in header


def test_basic_is_the_pair_in_base64():
    assert basic("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="  # RFC 7617 section 2


def test_several_challenges_may_share_a_header():
    digest, plain = parse_challenges(
        ['Digest realm="a, b", nonce="n", stale=TRUE, qop="auth,auth-int", Basic realm="c"']
    )
    assert (digest.scheme, digest.realm, digest.stale, digest.qop) == ("digest", "a, b", True, ("auth", "auth-int"))
    assert (plain.scheme, plain.realm, plain.stale) == ("basic", "c", False)


@pytest.mark.parametrize(
    ("value", "realm"),
    [
        ('Basic realm="NVR301-08B"', "NVR301-08B"),
        ("Basic realm=NVR301-08B", "NVR301-08B"),
        ("Basic realm=My Camera", "My Camera"),
        ('Basic realm="unclosed', "unclosed"),
        ('basic Realm = "x"', "x"),
        (r'Basic realm="a \"b\" c"', 'a "b" c'),
        ("Basic", ""),
        ('Basic charset="UTF-8", realm="x"', "x"),
    ],
)
def test_reads_realms_as_devices_write_them(value, realm):
    (challenge,) = parse_challenges([value])
    assert (challenge.scheme, challenge.realm) == ("basic", realm)


def test_prefers_the_challenge_that_hides_the_password_best():
    challenges = parse_challenges(['Basic realm="x"', *RFC_7616])
    chosen = strongest(challenges)
    assert chosen is not None
    assert chosen.algorithm == "sha-256"


@pytest.mark.parametrize(
    "value",
    [
        "Negotiate",
        'Digest realm="x"',
        'Digest realm="x", nonce="n", algorithm=AKAv1-MD5',
        'Digest realm="x", nonce="n", qop="auth-conf"',
    ],
)
def test_does_not_answer_what_it_cannot(value):
    assert strongest(parse_challenges([value])) is None


def test_where_nothing_but_auth_int_is_offered_the_empty_body_is_in_the_response():
    # RFC 7616, section 3.4.3: A2 = Method ":" request-uri ":" H(entity-body).
    (challenge,) = parse_challenges(['Digest realm="r", nonce="n", qop="auth-int", algorithm=MD5'])
    header = authorisation(challenge, "u", "p", "GET", "/", "c")
    first, empty = (hashlib.md5(text).hexdigest() for text in (b"u:r:p", b""))
    second = hashlib.md5(f"GET:/:{empty}".encode()).hexdigest()
    response = hashlib.md5(f"{first}:n:00000001:c:auth-int:{second}".encode()).hexdigest()
    assert f'response="{response}"' in header
    assert "qop=auth-int" in header


def test_a_realm_with_quotes_is_given_back_as_it_came():
    (challenge,) = parse_challenges([r'Digest realm="the \"north\" gate", nonce="n"'])
    assert challenge.realm == 'the "north" gate'
    assert r'realm="the \"north\" gate"' in authorisation(challenge, "u", "p", "GET", "/")


def test_a_quote_in_a_user_name_stays_inside_its_quotes():
    (challenge,) = parse_challenges(['Digest realm="r", nonce="n"'])
    assert r'username="a\"b\\c"' in authorisation(challenge, 'a"b\\c', "p", "GET", "/")


@given(st.lists(st.text(max_size=200), max_size=3))
def test_junk_ends_in_challenges_or_in_none(values):
    for challenge in parse_challenges(["Digest realm=x, nonce=y, " + value for value in values]):
        assert challenge.scheme
        if challenge.answerable:
            assert authorisation(challenge, "u", "p", "GET", "/")
