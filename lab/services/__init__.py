"""The server side of each protocol: one file a protocol."""
