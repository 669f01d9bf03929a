"""Commands of `tocsin-lab` that have files of their own, and what all commands read, write and say alike."""
