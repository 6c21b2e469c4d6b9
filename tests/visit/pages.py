"""What a PDF says, read back."""

from __future__ import annotations

import re
from io import BytesIO

from pypdf import PdfReader


def reader_of(body: bytes) -> PdfReader:
    """The PDF, to ask it for more than its words."""
    return PdfReader(BytesIO(body))


def pages_of(body: bytes) -> str:
    """All its words, with one blank between them."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader_of(body).pages))
