"""The clinician's side: the list of patients, one patient's review, and the plan that is written there.

It reads through the same queries as the patient, after `sharing.access` has opened each part.
"""
