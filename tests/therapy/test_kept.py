"""A session that is kept: say more of it, take it back, bring it back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from companion.identity.model import Account, Patient
from companion.sharing.model import Grant
from companion.store import db
from companion.therapy import keep
from companion.therapy.model import Session
from tests.cast import NOW
from tests.therapy.plans import planned, tap

UUID = "3f0a6b6e-5a1d-4f0e-9d53-0f4d2b8f2a11"


def _one(uuid=UUID):
    db.remove()
    return db.scalars(select(Session).where(Session.uuid == uuid)).one()


def _said(uuid=UUID):
    row = _one(uuid)
    return row.pain_before, row.pain_after, row.note


@pytest.fixture
def kept(app, visit, cast):
    """The address of a session of Ana's: pain 7, then 6, and a note."""
    form = tap(uuid=UUID, wall="08:00", pain_before="7", pain_after="6", note="Private words of Ana.")
    visit("ana").post(f"/therapy/{planned(cast)}/sessions", form)
    return f"/therapy/sessions/{UUID}"


@pytest.fixture
def rosas(app, visit, cast):
    """The address, for Rosa, of a session that she wrote down for Ana."""
    root, uuid = f"/for/{cast.ana_patient}/therapy", UUID.replace("3f", "4f")
    visit("rosa").post(f"{root}/{planned(cast)}/sessions", tap(uuid=uuid))
    return f"{root}/sessions/{uuid}"


def _open(cast, *parts, may_log=True):
    grant = db.scalars(select(Grant).where(Grant.account_id == cast.rosa)).one()
    grant.parts, grant.may_log = list(parts), may_log
    db.commit()


def test_it_says_more_later(visit, kept):
    answer = visit("ana").post(f"{kept}/pain", {"pain_before": "5", "note": "After."})
    assert answer.location == "/plan/?said=saved"
    assert _said() == (5, 6, "After.")
    visit("ana").post(f"{kept}/pain", {"pain_after": "0"})
    assert _said() == (5, 0, "After.")
    assert visit("ana").post(f"{kept}/pain", {"pain_after": "12"}).status_code == 422
    assert _said() == (5, 0, "After.")


def test_a_number_is_taken_back(visit, cast, kept):
    for page in (kept, f"/therapy/{_one().programme_id}/session"):
        text = visit("ana").get(page).text
        for name in ("pain_before", "pain_after"):
            assert f'<label class="chip"><input type="radio" name="{name}" value="">' in text
    visit("ana").post(f"{kept}/pain", {"pain_before": ""})
    assert _said() == (None, 6, "Private words of Ana.")
    visit("ana").post(f"{kept}/pain", {"pain_after": "", "note": ""})
    assert _said() == (None, None, "")


def test_it_is_taken_back_and_brought_back(visit, cast, kept, set_clock):
    ana = visit("ana")
    assert ana.post(f"{kept}/removal").location == f"{kept}?said=removed"
    assert (_one().removed_at, _one().removed_by) == (NOW, cast.ana)
    assert "Bridges" not in ana.get("/therapy/history").text
    assert "Bring it back" in ana.get(kept).text
    assert ana.post(f"{kept}/return").location == f"{kept}?said=back"
    assert _one().removed_at is None


def test_the_first_removal_counts(app, cast, kept):
    row, (ana, rosa) = _one(), (db.get_one(Account, who) for who in (cast.ana, cast.rosa))
    keep.remove(row, ana, NOW)
    keep.remove(row, rosa, NOW + timedelta(minutes=5))
    assert (row.removed_at, row.removed_by) == (NOW, cast.ana)
    keep.restore(row, NOW)
    db.get_one(Patient, cast.ana_patient).therapy_at = NOW - timedelta(days=1)
    keep.restore(row, NOW)
    assert db.get_one(Patient, cast.ana_patient).therapy_at == NOW - timedelta(days=1)


def test_a_caregiver_reads_what_ana_wrote_and_leaves_it_alone(visit, cast, kept):
    _open(cast, "pain", "notes", "therapy")
    rosa, path = visit("rosa"), f"/for/{cast.ana_patient}{kept}"
    page = rosa.get(path).text
    assert "Private words of Ana." in page and "disc p7" in page
    assert "Remove this" not in page and 'id="pain"' not in page
    for verb in ("pain", "removal", "return"):
        assert rosa.post(f"{path}/{verb}", {"pain_before": "0", "note": "overwritten"}).status_code == 404
    assert (*_said(), _one().removed_at) == (7, 6, "Private words of Ana.", None)


def test_a_caregiver_changes_what_they_wrote(visit, cast, rosas):
    rosa = visit("rosa")
    assert "Remove this" in rosa.get(rosas).text
    assert rosa.post(f"{rosas}/pain", {"pain_before": "4"}).status_code == 303
    assert _said(rosas[-36:]) == (4, None, "")
    for verb, said in (("removal", "removed"), ("return", "back")):
        assert rosa.post(f"{rosas}/{verb}").location == f"{rosas}?said={said}"


def test_a_caregiver_does_not_see_what_another_removed(visit, cast, rosas):
    visit("ana").post(f"/therapy/sessions/{rosas[-36:]}/removal")
    assert visit("rosa").get(rosas).status_code == 404
    assert visit("rosa").post(f"{rosas}/return").status_code == 404
    assert _one(rosas[-36:]).removed_at == NOW


def test_a_caregiver_who_only_looks_changes_nothing(visit, cast, rosas):
    _open(cast, "pain", "therapy", may_log=False)
    assert "Remove this" not in visit("rosa").get(rosas).text
    assert visit("rosa").post(f"{rosas}/removal").status_code == 404


def test_closed_parts_are_neither_shown_nor_taken(visit, cast, kept):
    _open(cast, "therapy")
    rosa, root = visit("rosa"), f"/for/{cast.ana_patient}/therapy"
    form = tap(pain_before="3", note="From Rosa.")
    for page in (f"{root}/history", f"/for/{cast.ana_patient}{kept}", f"{root}/{_one().programme_id}/session"):
        text = rosa.get(page).text
        assert "Bridges" in text
        for closed in ("Private words", "disc p", "pain_before", 'name="note"'):
            assert closed not in text
    answer = rosa.post(f"{root}/{_one().programme_id}/sessions", form)
    assert answer.status_code == 422
    assert answer.text.count("This part is not shared with you") == 4  # at both fields, and on top
    assert "From Rosa." in answer.text
    assert (
        rosa.post(f"{root}/{_one().programme_id}/sessions", {**form, "pain_before": "", "note": ""}).status_code == 303
    )


def test_closed_parts_stay_as_they_are(visit, cast, rosas):
    visit("rosa").post(f"{rosas}/pain", {"pain_before": "4"})
    visit("ana").post(f"/therapy/sessions/{rosas[-36:]}/pain", {"note": "Private words of Ana."})
    _open(cast, "therapy")
    answer = visit("rosa").post(f"{rosas}/pain", {"pain_before": "0", "pain_after": "0", "note": "overwritten"})
    assert answer.status_code == 422
    assert answer.text.count("This part is not shared with you") == 6
    assert visit("rosa").post(f"{rosas}/pain", {"pain_before": "", "note": ""}).status_code == 303
    assert _said(rosas[-36:]) == (4, None, "Private words of Ana.")


def test_others_are_refused(visit, cast, kept):
    for name, path in ((None, kept), ("dora", kept), ("dora", f"/for/{cast.ana_patient}{kept}"), ("ben", kept)):
        assert visit(name).get(path).status_code == (404 if name else 303)
        for verb in ("pain", "removal", "return"):
            assert visit(name).post(f"{path}/{verb}", {"pain_before": "1"}).status_code == (404 if name else 401)
    assert visit("ana").post(f"/therapy/{planned(cast, patient='dora')}/sessions", tap()).status_code == 404
    assert (*_said(), _one().removed_at) == (7, 6, "Private words of Ana.", None)
