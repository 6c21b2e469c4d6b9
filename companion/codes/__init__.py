"""A code that was given to somebody: typed, looked at, and said yes or no to."""
