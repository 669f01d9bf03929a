"""The schemes by which makers write versions, a file a kind (`checks/scheme.py` says what a scheme is)."""
