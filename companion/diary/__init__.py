"""What I feel: entries, where it hurts, and a row a day that trends are drawn from.

An entry is made on the phone with its own id, so a resend is the same entry. A correction keeps what stood before as a
Revision; a removal keeps the entry and says who and when. The day row is rolled up in the same transaction.
"""
