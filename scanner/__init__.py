"""How it is learned: from an address to a ranked report."""
