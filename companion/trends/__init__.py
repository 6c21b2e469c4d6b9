"""What changed: one time axis from day rows, drawn as SVG with a table under each chart and a sentence on top.

A day without an entry is a gap, never a zero and never joined over. Ranges above a year are drawn by week.
"""
