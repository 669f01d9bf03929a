"""What is wrong: one file a check, or one file a family where they share a rule table."""
