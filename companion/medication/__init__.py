"""What I take: medicines with their times, and every dose taken or skipped.

Companion records and reminds; it never advises a dose. A dose belongs to the planned time nearest to it, so one that
was taken before its reminder silences that reminder.
"""
