"""Reports under pseudonyms: the same findings, and nothing that names a device, a place or a person."""
