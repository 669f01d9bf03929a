"""The `tocsin.toml` that `tocsin init` writes: what this machine sees, with everything else for the operator to fill in."""

import json
from collections.abc import Iterable

from scanner.networks import Connected

_HEAD = """\
# tocsin.toml: where Tocsin may look, how far it may go, and by whose word.
# Only what is listed here is ever touched. Give other people's networks no line.

# Where the inventory and the audit trail are kept; relative to this file. Without these lines: ~/.local/state/tocsin/
# store = "inventory.db"
# audit = "audit.jsonl"

# vantage = "office"            # where in the network this machine stands: a word that the policy knows as a [[vantage]]; see `tocsin reach`

[city]
name = ""

# [intel]
# recog = "recog/xml"           # a folder of fingerprints in the Recog XML format, beside Tocsin's own
# max_age = 45                  # days: intelligence that is older makes `tocsin intel status` end with 3
# [intel.sources]               # what `tocsin intel update` takes: web addresses, files and folders
# kev = "https://mirror.example/known_exploited_vulnerabilities.json"

# [register]
# file = "register.csv"         # the city's own list of its devices: name, address, mac, serial, owner, department, site, criticality

# [policy]
# file = "policy.toml"          # what each kind of device may do, beyond what is shipped; `tocsin policy learn` writes a draft

# [waivers]
# file = "waivers.toml"         # what the city has accepted for a time; `tocsin accept` writes it

# [tls]
# profile = "device"            # what TLS is held against: mozilla-modern, mozilla-intermediate, nist-800-52r2 or bsi-tr-02102-2 besides
# known_keys = ["keys.txt"]     # further keys whose private half is known: hashes, one a line

# [night]                       # what `tocsin night` does, which cron or systemd calls
# reports = "reports"           # a folder: each night makes one of its own in it, and `latest` leads to the newest
# formats = ["html", "json"]    # `tocsin report --help` lists all
# notify = ["mailto://user:password@mail.example.org"]   # who is told of news, as apprise writes addresses; then chmod 600 tocsin.toml
# notify_on = "high"            # from this severity on
# notify_details = false        # whether notices name addresses, makers and models: they go through other people's servers
# heartbeat = "https://..."     # where a dead man's switch waits for the end of each night
# max_duration = "3h"           # a night ends then; the next one goes on

# [contacts]                    # who is called, by department, for `tocsin report --for department`; under "security" who answers questions
# Transport = "Anna Example, +1 555 0100"

# [retention]                   # for how many days what is kept, by `tocsin night` and `tocsin prune`
# evidence = 90                 # what devices said, and the nights' reports
# history = 730                 # which devices there were, and what was wrong with them
# audit = 2555                  # what was sent to whom
"""
_SITE = """
[[site]]
name = {name}
networks = [{network}]           # {where}
deny = []                       # addresses and networks within it that are never touched: ["10.20.0.1"]
department = ""
approved_by = ""                # WHO allowed this scan, in writing: "CISO, ticket 4711". Until this is filled in, a scan refuses this site.
# valid_until = 2027-03-31      # the day on which that word ends
level = "identify"              # "identify" asks only what a device tells anyone; "login" tries documented default accounts too
# window = "01:00-05:00"        # the only hours in which this site is scanned
# never_touch = [7001]          # ports that are left alone, besides printers' 515 and 9100-9107
# snmp_community = "..."        # the site's own read community; then keep this file to yourself: chmod 600 tocsin.toml

# tls = "posture"               # "full" asks for every suite of TLS, with some dozens of hellos
# tls_profile = "nist-800-52r2" # what TLS is held against here

# [site.pace]                   # slower or faster than the pace of the scan
# packets_per_second = 500
# device_packets_per_second = 40
# connections_per_device = 1
# device_connections_per_second = 4
"""
_NONE = """
# This machine is connected to no private IPv4 network, so there is nothing to begin with. A site looks like this:
"""


def starter(networks: Iterable[Connected]) -> str:
    """The text of the file, with one site for each network; without networks an example in comments."""
    sites = [
        _SITE.format(
            name=json.dumps(f"{each.interface}-{each.network.network_address}"),
            network=json.dumps(str(each.network)),
            where=f"on {each.interface}",
        )
        for each in networks
    ]
    if sites:
        return _HEAD + "".join(sites)
    example = _SITE.format(name='"traffic-north"', network='"10.20.0.0/22"', where="an example")
    return _HEAD + _NONE + "".join(f"# {line}\n" if line else "#\n" for line in example.strip().splitlines())
