"""Who may look: grants, the invitations that lead to them, and the looks that were taken.

`access` is the one door to another person's record. It answers 404 where there is no grant, so that nobody can tell a
record that is closed from one that does not exist, and it writes the Look that the patient can read.
"""
