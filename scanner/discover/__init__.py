"""Who is there, and which ports are open: one file a way of asking."""
