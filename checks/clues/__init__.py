"""The methods by which clues to the age of firmware are read, a file a kind (`checks/clue.py` says what a method is).

What carries no day is not read here, but looked up in the release tables: the versions of Grandstream, Yealink, Netgear, Comware, VRP, ProCurve and FRITZ!OS,
AF1 and PF in APC's sysDescr, OpenWrt's revisions, RouterOS without its build time.
"""
