"""Physical therapy and cognitive behavioural therapy: what is planned at which times, and the sessions kept or missed.

A Programme is planned by the clinic or by the patient alone; its times are schedules. A Session records what happened,
with pain before and after; one without pain is still a session.
"""
