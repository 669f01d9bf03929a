"""Asking a TLS server what it accepts: questions over connections of their own, each a ClientHello, read as far as the answer goes in the clear."""
