"""The people somebody helps, and the records kept for those who have no account."""
