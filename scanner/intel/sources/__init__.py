"""The sources of the intelligence, a file a format: bytes in, rows of `checks.knowledge` out, or `UnreadableSource`."""
