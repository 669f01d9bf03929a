"""Programs, never imported: each speaks JSON lines on standard input and output, and carries the licence of its library."""
