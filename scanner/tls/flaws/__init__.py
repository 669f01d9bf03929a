"""Testing a TLS server for known flaws of the protocol: only as far as nothing of the device's memory is read and nothing of anybody's is decrypted."""
