"""The depot: devices that run firmware whose build is known, several a file. They stand outside the city, and come up only by name or as the quarter `depot`.

What each states on the wire is a string that such a device really states, or for `odd` ones a damaged one. The day of its build and the releases after it come
from public facts, each with its source; the newest releases are those that the public tables knew in August 2026.
"""
