import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.codecs.database_page import greeting_of

# The answer to GET / in Elastic's "info" API reference, and in OpenSearch's documentation, shortened to what they share.
ELASTICSEARCH = (
    b'{\n  "name" : "node-1",\n  "cluster_name" : "video",\n  "version" : {\n    "number" : "7.17.9",\n    "build_flavor" : "default"\n  },\n'
    b'  "tagline" : "You Know, for Search"\n}\n'
)
OPENSEARCH = b'{"version":{"distribution":"opensearch","number":"2.11.0"},"tagline":"The OpenSearch Project: https://opensearch.org/"}'


def test_the_greetings_of_open_databases_are_known_with_their_versions():
    assert greeting_of(ELASTICSEARCH) == "Elasticsearch 7.17.9"
    assert greeting_of(OPENSEARCH) == "OpenSearch 2.11.0"
    assert greeting_of(b'{"tagline": "You Know, for Search"}') == "Elasticsearch"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>You Know, for Search</html>",
        b'["You Know, for Search"]',
        b'{"couchdb":"Welcome","version":"3.3.2","vendor":{"name":"The Apache Software Foundation"}}',
        b'{"tagline": {"You Know, for Search": 1}}',
        b'{"tagline": "You Know, for Search"',
        b'{"a":' * 500 + b"}" * 500,
        ELASTICSEARCH + b" " * 5000,
    ],
)
def test_what_greets_everybody_or_is_no_database_is_none(body):
    assert greeting_of(body) == ""


def test_a_version_is_one_line():
    body = json.dumps({"tagline": "You Know, for Search", "version": {"number": "7\x1b[2J\n9"}}).encode()
    assert greeting_of(body) == "Elasticsearch 7\\x1b[2J 9"


@given(
    st.one_of(st.binary(max_size=200), st.integers(0, len(ELASTICSEARCH)).map(lambda at: ELASTICSEARCH[:at] + b'"}'))
)
def test_any_body_ends_in_a_text(body):
    assert greeting_of(body).isprintable()
