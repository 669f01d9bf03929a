"""Fake devices, written from the specifications; nothing here imports the scanner."""
