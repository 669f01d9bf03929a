"""Fake devices: one file a device."""
