"""What happened, kept so that it can be proved: who did what to whose record, when, and what came of it.

Each clinic has a chain of events, and what is no clinic's is spread over 16 of them, 0 to -15. An event holds ids in place of names, and
nothing about anybody's health. Its mac is made over the event and the mac before it, so that a chain with a row changed,
taken out or moved is broken from there on: `check` finds where. The database refuses to change or delete a row, and the
heads of the chains are kept in a file outside of it.
"""
