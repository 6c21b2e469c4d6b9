"""The administrator's side of a clinic: staff, emergency looks to review, the audit log."""
