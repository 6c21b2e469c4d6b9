"""What this clinic may touch in a record that is open to it: what it planned and wrote down itself."""

from __future__ import annotations

from flask import abort, g

from companion.identity.model import Membership, Patient
from companion.procedures import queries as procedures
from companion.procedures.model import Procedure
from companion.sharing.access import open_or_404
from companion.therapy import queries as therapy
from companion.therapy.model import Programme


def our_procedure(patient: Patient, member: Membership, procedure_id: int) -> Procedure:
    """A procedure that this clinic wrote down, removed or not; 404 for any other."""
    procedure = procedures.procedure(patient, procedure_id)
    if procedure is None or procedure.clinic_id != member.clinic_id:
        abort(404)
    open_or_404(procedure.done_on)
    return procedure


def our_programme(patient: Patient, member: Membership, programme_id: int, goes_on: bool = True) -> Programme:
    """A programme that this clinic planned, and that `goes_on`; 404 for any other."""
    programme = therapy.programme(patient, programme_id)
    if programme is None or programme.clinic_id != member.clinic_id or (goes_on and programme.stopped_at is not None):
        abort(404)
    return programme if programme.is_within(g.period) else abort(404)
