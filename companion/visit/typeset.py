"""`python -m companion.visit.typeset`: a sheet as JSON on stdin, its PDF on stdout. Only this process knows Typst.

The words of the sheet are data to the template and never its markup; only fonts that Typst brings are used.
"""

from __future__ import annotations

import sys
from pathlib import Path

import typst

_TEMPLATE = Path(__file__).with_name("report.typ")


def typeset(sheet: str) -> bytes:
    """The PDF, tagged, with title and language; as PDF/UA-1 unless it has a sign that no font of ours draws."""
    template, told = _TEMPLATE.read_bytes(), {"sheet": sheet}
    try:
        return typst.compile(template, format="pdf", sys_inputs=told, ignore_system_fonts=True, pdf_standards=["ua-1"])
    except typst.TypstError:
        return typst.compile(template, format="pdf", sys_inputs=told, ignore_system_fonts=True)


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(sys.stdin.buffer.read().decode()))
