"""The greeting of a database that speaks HTTP, where it tells a stranger that no account is asked for.

Elasticsearch and OpenSearch answer their start page (`GET /`, "info" in their REST references) with a JSON object that ends in a tagline, and with 401 as
soon as their security is on. CouchDB and InfluxDB greet everybody, locked or not, so that their greetings prove nothing and are not read here.
"""

import json

from inventory.text import one_line

_TAGLINES = {
    "You Know, for Search": "Elasticsearch",
    "The OpenSearch Project: https://opensearch.org/": "OpenSearch",
}
_LIMIT, _DEEPEST = 4096, 8


def greeting_of(body: bytes) -> str:
    """The database and its version, "" where this is no such greeting."""
    if len(body) > _LIMIT or body.lstrip()[:1] != b"{" or max(body.count(b"{"), body.count(b"[")) > _DEEPEST:
        return ""
    try:
        said = json.loads(body.decode("utf-8", "replace"))
    except ValueError:
        return ""
    tagline = said.get("tagline") if isinstance(said, dict) else None
    name = _TAGLINES.get(tagline, "") if isinstance(tagline, str) else ""
    version = said.get("version") if name else None
    number = version.get("number") if isinstance(version, dict) else None
    return one_line(f"{name} {number}", 80) if isinstance(number, str) else name
