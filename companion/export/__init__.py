"""Everything a person has here, to take along, and the way to leave.

A take-out is one ZIP, made by a worker and kept as sealed pieces in the database, which is all that several machines
share, and which erasure empties anyhow. What belongs to whom is read from the tables' foreign keys, once, for both.
"""
