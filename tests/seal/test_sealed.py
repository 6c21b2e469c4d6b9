"""What a person wrote is sealed where it lies, opens only there, and is a plain attribute to whoever works with it."""

from base64 import b64encode

import pytest
from sqlalchemy import String, event, select, update

from companion import seal, store
from companion.diary.model import Entry, Revision
from companion.diary.record import correct
from companion.export.close import close
from companion.identity.model import Account, Membership, Patient
from companion.identity.signin import Taken, account_of, new_account
from companion.medication.model import Medicine
from companion.rekey import every, rekey
from companion.settings import Settings
from companion.sharing.model import Invitation
from companion.signin import totp
from companion.store import Base, db
from tests.cast import NOW
from tests.export.test_erase import marked
from tests.house.test_gates import UUID, things

MARK = "zzmarkzz"
#: texts that stand as they are, and why that tells nothing that a person wrote about themselves or others
PLAIN = {
    "a word from a list of ours": (
        "account.language account.theme patient.zone entry.zone membership.role medicine.code procedure.kind procedure.side "
        "programme.kind schedule.kind schedule.weekdays dose.status therapy_session.status look.part site.region "
        "invitation.kind invitation.role invitation.consent grant.consent receipt.kind delivery.state delivery.why "
        "device.ended_why audit_event.act audit_event.outcome audit_event.thing entry.kind flare.zone seen.zone "
        "measure_answer.zone measure_answer.instrument measure_plan.instrument measure_form.code"
    ),
    "random, or a hash": (
        "entry.uuid dose.uuid therapy_session.uuid procedure.uuid programme.uuid entry.digest dose.digest "
        "therapy_session.digest procedure.digest programme.digest delivery.key delivery.lease take_out.lease bucket.key "
        "step.key step.value visit_use.reader passkey.credential flare.uuid flare.digest flare_step.uuid flare_step.digest "
        "flare_tick.uuid flare_tick.digest seen.uuid seen.digest measure_answer.uuid measure_answer.digest"
    ),
    "said by the browser or the network": "device.label sign_in.device sign_in.place audit_event.place",
    "the clinic's sign at the door": "clinic.name clinic.phone measure_reading.reader measure_reading.hours",
    "what is counted in": "entry.walked_in",
    "what it is called that is taken or done": (
        "medicine.name medicine.strength medicine.amount programme.title procedure.level"
    ),
}


@pytest.fixture
def filled(app, cast):
    """A row for each sealed attribute, written as the app writes it."""
    things(cast)
    ana, entry = db.get_one(Account, cast.ana), db.scalars(select(Entry).where(Entry.uuid == UUID)).one()
    correct(entry, ana, NOW, 1, felt_at=NOW, pain=4, note="Words of now")
    totp.begin(ana, NOW)
    seat = db.scalars(select(Membership).where(Membership.account_id == cast.ben)).one()
    close(db.get_one(Patient, cast.dora_patient), seat, NOW.date(), "The family called", NOW)
    db.flush()
    for sealed in every():
        row = first(sealed)
        setattr(row, sealed.name, getattr(row, sealed.name) or "Said by hand")
    db.commit()
    db.remove()
    return cast


def first(sealed):
    """The first row of its model."""
    return db.scalars(select(sealed.model).order_by(*sealed.model.__mapper__.primary_key)).first()


def test_nothing_that_was_written_stands_in_the_database(filled, database_url):
    words = (
        "Sat too long",
        "Words of now",
        "With food",
        "Dr Okon",
        "Fell in the street",
        "family called",
        "Said by hand",
        "Rosa",
    )
    for text in (*words, "ana@example.org", "push.example"):
        assert marked(database_url, text) == [], text


def test_nothing_that_is_changed_stands_in_the_database(filled, database_url):
    told = {}
    for sealed in every():
        row = first(sealed)
        said = [MARK] if sealed.name in {"said", "reached"} else f"{MARK}@example.org"
        setattr(row, sealed.name, said)
        told[sealed] = said
    db.commit()
    db.remove()
    assert marked(database_url, MARK) == []
    for sealed, said in told.items():
        assert getattr(first(sealed), sealed.name) == said


def test_what_is_sealed_opens_nowhere_else(filled):
    for sealed in every():
        row = first(sealed)
        value, (owner, place) = getattr(row, sealed.key), sealed._place(row)
        assert sealed.opened(value, owner, place) == getattr(row, sealed.name)
        for elsewhere in ((f"{owner}0", place), (owner, f"{place}0")):
            with pytest.raises(seal.LostKey):
                sealed.opened(value, *elsewhere)
        for other in every():
            if other is not sealed:
                with pytest.raises(seal.LostKey):
                    other.opened(value, owner, place)


def test_words_that_are_moved_to_another_row_do_not_open(app, cast):
    one, two = (
        Medicine(patient_id=cast.ana_patient, name=name, note=name, added_by=cast.ana, started_on=NOW.date())
        for name in ("One", "Two")
    )
    db.add_all([one, two])
    db.flush()
    assert (one.note, two.note) == ("One", "Two")
    db.execute(update(Medicine).where(Medicine.id == two.id).values(note_sealed=one.note_sealed))
    db.refresh(two)
    with pytest.raises(seal.LostKey):
        _ = two.note
    two.note = "It takes new words"
    db.commit()
    db.remove()
    assert db.get_one(Medicine, two.id).note == "It takes new words"


def test_it_is_a_plain_attribute(sqlite_app, cast):
    row = Medicine(patient_id=cast.ana_patient, name="One", added_by=cast.ana, started_on=NOW.date())
    assert row.note == ""
    row.note = "before it is written"
    assert (row.note, row.note_sealed) == ("before it is written", None)
    db.add(row)
    db.commit()
    first = row.note_sealed
    row.note = "before it is written"
    assert row.note_sealed is first, "the same words are no change"
    row.note = "later"
    db.commit()
    assert row.note_sealed != first and row.note == "later"
    row.note = ""
    db.commit()
    assert (row.note, db.scalar(select(Medicine.note.column).where(Medicine.id == row.id))) == ("", None)


def test_what_another_process_wrote_is_read(app, cast):
    ana = db.get_one(Patient, cast.ana_patient)
    assert ana.name == "Ana"
    db.execute(
        update(Patient).where(Patient.id == ana.id).values(Patient.name.columns("Anita", ana.id, ana.id)),
        execution_options={"synchronize_session": False},
    )
    assert ana.name == "Ana"
    db.refresh(ana)
    assert ana.name == "Anita"


def test_a_row_with_its_place_is_sealed_in_its_insert(sqlite_app, cast):
    asked = []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement.split("(")[0].strip())

    event.listen(store.engine(), "before_cursor_execute", note)
    db.add(
        Invitation(code_hash="c", made_by=cast.ana, patient_id=cast.ana_patient, note="Leo", parts=[], kind="caregiver",
                   made_at=NOW, expires_at=NOW)
    )  # fmt: skip
    db.flush()
    assert asked == ["BEGIN IMMEDIATE", "INSERT INTO invitation"]
    assert db.scalar(select(Invitation.note.column)) is not None
    db.rollback()


def test_a_revision_is_bound_to_its_entry_and_version(filled):
    row = db.scalars(select(Revision)).one()
    assert row.said["note"] == "Sat too long."
    with pytest.raises(seal.LostKey):
        Revision.said.opened(row.said_sealed, row.entry_id, row.version + 1)


def other_key(tmp_path):
    path = Settings(home=tmp_path).key_file
    path.write_text(path.read_text() + f"2 {b64encode(bytes(range(32))).decode()}\n")


def test_an_account_is_found_whichever_key_its_email_was_hashed_with(app, cast, tmp_path):
    assert account_of("ANA@example.org").id == cast.ana
    # another process adds a key, and writes with it what this one must find
    other_key(tmp_path)
    new_account("new@example.org", "New", NOW)
    db.commit()
    assert account_of("ana@example.org").id == cast.ana
    assert account_of("new@example.org") is not None
    assert account_of("nobody@example.org") is None
    for known in ("ana@example.org", "New@example.org"):
        with pytest.raises(Taken):
            new_account(known, "Second", NOW)
    db.rollback()
    before = db.scalar(select(Account.email_hash).where(Account.id == cast.ana))
    db.remove()
    seal.connect(Settings(home=tmp_path).key_file)
    rekey()
    assert db.scalar(select(Account.email_hash).where(Account.id == cast.ana)) != before
    assert account_of("ana@example.org").id == cast.ana
    db.remove()


def test_a_page_that_cannot_be_opened_says_so(app, visit, cast, tmp_path, caplog):
    browser = visit("ana")
    assert browser.get("/plan/").status_code == 200
    path = Settings(home=tmp_path).key_file
    path.write_text(f"7 {b64encode(bytes(32)).decode()}\n")
    seal.connect(path)
    page = browser.get("/plan/")
    assert page.status_code == 500
    assert "the key to it is missing" in page.text
    assert "Key 1 is not here." in caplog.text
    assert "Ana" not in page.text + caplog.text


def test_every_text_is_sealed_or_known_to_tell_nothing():
    plain = {name for names in PLAIN.values() for name in names.split()}
    found = {
        str(column)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, String) and not column.key.endswith("_hash")
    }
    assert found == plain, "seal it (companion/sealed.py), or say in PLAIN why it may be read"
