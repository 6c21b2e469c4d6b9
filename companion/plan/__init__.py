"""Today: what is due now, next and done, in one list over all rooms. Composed anew each time; stores nothing twice."""
