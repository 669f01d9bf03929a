"""The quarter `hostile`: hosts that attack whoever asks them, wear a scanner out, or lie. They stand outside the city, and come up by name or as their quarter.

Each says exactly what a scan must report of it. They hurt nobody but a scanner: nothing here opens a connection, and none answers anyone who has not asked.
"""
