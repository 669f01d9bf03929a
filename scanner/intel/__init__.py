"""How the intelligence is made and kept: its sources, the bundle, and the one that is in force."""
