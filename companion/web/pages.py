"""Show a page or a part of it, and link between rooms.

A caregiver uses the same pages as the patient, under /for/<patient_id>/: `to()` keeps that prefix.
"""

from __future__ import annotations

from typing import Any

from flask import Response, g, redirect, render_template, request, url_for

from companion.web.htmx import asked_for_fragment

#: a list in the environment of a request, to which its page adds what it asks to check, as plain sentences: for the outbox
PROBLEMS = "companion.problems"


def to(endpoint: str, **values: Any) -> str:
    """The address of `endpoint`, for the person whose record is open."""
    patient_id = getattr(g, "acting_for", None)
    if patient_id is not None and endpoint.split(".", maxsplit=1)[0] in g.get("shared_rooms", ()):
        return url_for(f"for_{endpoint}", patient_id=patient_id, **values)
    return url_for(endpoint, **values)


def show(page: str, fragment: str | None = None, status: int = 200, **values: Any) -> Response:
    """`page` with `values`, or only its part `fragment` for whoever asked for a part.

    A page that asks to check something has it as `form` with its problems, and as a sentence, `problem`.
    """
    if status in {409, 422} and PROBLEMS in request.environ:
        request.environ[PROBLEMS] += _problems(**values)
    if fragment is None:
        return Response(render_template(page, **values), status)
    response = Response(render_template(fragment if asked_for_fragment() else page, **values), status)
    response.headers.add("Vary", "HX-Request")
    return response


def _problems(form: Any = None, problem: object = None, **_values: Any) -> list[str]:
    return [str(problem)] * bool(problem) + [
        f"{field.label.text}: {text}" for field, text in getattr(form, "problems", ())
    ]


def go(endpoint: str, said: str | None = None, **values: Any) -> Response:
    """Send the browser to `endpoint` (303); `said` names a sentence of phone.SAID to show there, once.

    The phone's outbox is only told where that is (201), since it decides itself whether anybody is waiting.
    """
    if said:
        values["said"] = said
    address = to(endpoint, **values)
    if "X-Outbox" in request.headers:
        return Response(status=201, headers={"Location": address})
    return redirect(address, 303)  # type: ignore[return-value]


def local(address: str | None) -> str | None:
    """`address` if it is a path of this site, else None; nobody is sent elsewhere by a link."""
    # browsers drop tabs and line ends wherever they stand, and take a backslash for a slash
    if not address or not address.startswith("/") or address[1:2] in {"/", "\\"} or min(address) <= " ":
        return None
    return address
