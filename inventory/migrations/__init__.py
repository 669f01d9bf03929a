"""The numbered steps from one layout of the inventory to the next. A released step is never edited; a change is the next number."""
