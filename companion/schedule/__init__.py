"""When things recur.

A Schedule is one wall time on chosen weekdays, for one thing of one room. It keeps `next_due_at` as an index of when to
look again, never as the truth: the truth is reckoned from wall time, weekdays and the patient's zone by `recurrence`,
which is pure. A room owns the schedules of its things and changes them in the same transaction as the things.
"""
