"""The methods by which clues to the age of firmware are read, a file a kind (`checks/clue.py` says what a method is)."""
