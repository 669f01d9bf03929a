"""One file a medium: SUFFIX and `render(page)`, which is pure; a docstring whose first line says what it is. The folder is the registry."""
