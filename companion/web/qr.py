"""A QR code as one path, so that our own styles colour it."""

from __future__ import annotations

from itertools import groupby

import segno

#: the quiet edge that readers need, in modules
EDGE = 4


def drawing(text: str) -> tuple[int, str]:
    """The side of the picture in modules, edge included, and the path of its dark modules."""
    matrix = segno.make_qr(text, error="m").matrix
    path = []
    for y, row in enumerate(matrix):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                path.append(f"M{x + EDGE} {y + EDGE}h{length}v1h-{length}z")
            x += length
    return len(matrix) + 2 * EDGE, "".join(path)
