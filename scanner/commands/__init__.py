"""One file a command: `command`, a click command that parses, calls, renders and exits. The folder is the list; what is heavy is imported within it."""
