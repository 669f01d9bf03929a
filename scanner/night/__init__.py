"""A night: what cron or a timer calls. Every site whose window is open is scanned, judged, compared and reported, once, and whoever is to know is told.

Whatever it does is remembered once it is done, so a night may be ended at any moment, and the next one goes on where it was.
"""
