"""What is known: the nouns, and where they are kept."""
