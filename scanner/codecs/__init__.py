"""The formats that devices speak in, and what reads and writes them: bytes in, records out, and no I/O."""
