"""The other of two meters of one serial number and one MAC address."""

from lab.hostile.twin_meter import twin

FAKE = twin("twin_meter_copy", 234, "2.0", "TM-2", of="twin_meter")
