"""Keeps people out of what is kept as the proof of a login: behind one, devices greet with who is to be called, and who was there last."""

import re

_LABELLED = re.compile(
    rb"(?i)(?<![a-z0-9])((?:sys(?:tem)?[ .]?)?(?:contact|owner)(?: person)?|e-?mail(?: address)?|phone|telephone)(?![a-z0-9])"
    rb"([ \t]{0,80}[:=][ \t]{0,80})[^ \t\r\n][^\r\n\t]{0,400}?(?=  |[\t\r\n]|\Z)"
)
"""A word for a person, and what stands behind it up to the next column or line."""
_LAST = re.compile(rb"(?i)(?<![a-z0-9])(last (?:login|logged in)[ \t]{0,80}:)[^\r\n]{1,400}")
_ADDRESS = re.compile(rb"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")


def without_people(heard: bytes) -> bytes:
    """`heard` with a mark in the place of who is to be called, of who was there last, and of every mail address."""
    return _ADDRESS.sub(b"***", _LAST.sub(rb"\1 ***", _LABELLED.sub(rb"\1\2***", heard)))
