"""Questionnaires: what each one asks and how it is scored, which ones are on for a patient, and what was answered.

What is shipped stands in `definitions`, a file a version; a clinic adds its own. An answer keeps the version that it was
given to and is scored by that. A score is no diagnosis, and no page says that it is one.
"""
