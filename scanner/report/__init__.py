"""One file a format: `render(report) -> str`, pure. Only the command line writes, and late."""
