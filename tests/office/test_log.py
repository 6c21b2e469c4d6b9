"""The log of a clinic: shown, sifted and copied, and nobody else's."""

import csv
import io
import re
from datetime import timedelta

import pytest

from companion.audit import check
from companion.audit.acts import ACTS, GROUPS
from companion.audit.model import Event
from companion.audit.write import note, note_each
from companion.identity.model import Account
from companion.office import queries, say
from companion.store import db
from tests.cast import NOW


@pytest.fixture
def written(cast):
    """Events of both clinics, and of none."""
    day = timedelta(days=1)
    note(cast.northmoor, "sign_in", cast.ben, None, NOW - 2 * day, place="203.0.113.0/24")
    note(cast.northmoor, "looked", cast.ben, cast.ana_patient, NOW - day, thing="pain notes")
    note(cast.northmoor, "denied", cast.ben, cast.dora_patient, NOW - day, outcome="refused")
    note(cast.northmoor, "grant_changed", cast.ana, cast.ana_patient, NOW, thing="grant 12")
    note(cast.northmoor, "therapy_written", cast.ben, cast.ana_patient, NOW)
    note(cast.northmoor, "staff_changed", cast.abe, None, NOW, thing=f"account {cast.ben}")
    note(cast.southfell, "looked", cast.carl, 77, NOW, thing="mood")
    note(0, "looked", cast.rosa, cast.ana_patient, NOW, thing="medicines")
    db.commit()
    db.remove()


def shown(page):
    return [int(number) for number in re.findall(r'class="number"[^>]*>(\d+)<', page)]


def test_it_says_what_happened_newest_first(app, cast, visit, written):
    page = visit("abe").get("/office/log").text
    assert shown(page) == [6, 5, 4, 3, 2, 1]
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))
    assert "Mar 9, 2026, 09:00 Ben looked into a record. Patient 1 pain and notes 2" in said
    assert "Ben asked for a record that is closed to them. refused Patient 2 3" in said
    assert "A record's owner changed what is open." in said.replace("&#39;", "'") and "sharing 12" in said
    assert "Ben wrote into a record. Patient 1 exercises and CBT" in said
    assert "Abe changed what a colleague may do. Ben 6" in said
    assert "203.0.113.0/24 Ben signed in. 1" in said
    assert not any(name in page for name in ("Ana", "Dora", "Rosa", "Carl", "mood", "Patient 77"))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("what=looks", [2]),
        ("what=refused", [3]),
        ("what=sharing", [4]),
        ("what=writing", [5]),
        ("what=sign-ins", [1]),
        ("what=staff", [6]),
        ("day=2026-03-09", [3, 2]),
        ("day=2026-03-10&what=writing", [5]),
        ("day=2026-03-07", []),
        ("before=4", [3, 2, 1]),
        ("before=1", []),
        ("what=&person=&patient=&day=", [6, 5, 4, 3, 2, 1]),
    ],
)
def test_it_can_be_sifted(sqlite_app, cast, visit, written, query, numbers):
    assert shown(visit("abe").get(f"/office/log?{query}").text) == numbers


def test_it_can_be_sifted_by_who_and_whose(app, cast, visit, written):
    abe = visit("abe")
    assert shown(abe.get(f"/office/log?person={cast.ben}").text) == [5, 3, 2, 1]
    assert shown(abe.get(f"/office/log?patient={cast.ana_patient}").text) == [5, 4, 2]
    page = abe.get("/office/log?what=looks&patient=5").text
    assert "Nothing of this kind is written down." in page and "Show all" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("what=everything", "Please choose one of these."),
        ("person=999999", "Please choose one of these."),
        ("patient=Ana", "Please write a number."),
        ("patient=0", "Please write a number."),
        ("patient=99999999999999999999", "Please write a number."),
        ("patient=%D9%A8", "Please write a number."),
        ("day=soon", "Please write a date such as 2026-03-10."),
        ("day=9999-12-31", "Please check this."),
        ("before=-1", "Please write a number."),
    ],
)
def test_what_makes_no_sense_is_said(sqlite_app, cast, visit, written, query, said):
    answer = visit("abe").get(f"/office/log?{query}")
    assert (answer.status_code, shown(answer.text)) == (422, [])
    assert said in answer.text


def test_a_person_of_no_seat_here_cannot_be_chosen(sqlite_app, cast, visit, written):
    """Or an account could be tied to a patient whose name is not for administrators."""
    for account_id in (cast.ana, cast.carl):
        assert visit("abe").get(f"/office/log?person={account_id}").status_code == 422


def test_it_goes_back_page_by_page(sqlite_app, cast, visit, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 4)
    for number in range(10):
        note(cast.northmoor, "looked", cast.ben, 1, NOW + timedelta(seconds=number), thing="list")
    db.commit()
    seen, address = [], "/office/log?what=looks"
    while address:
        page = visit("abe").get(address).text
        seen += shown(page)
        further = re.search(r'href="([^"]*)">Earlier', page)
        address = further and further[1].replace("&amp;", "&")
    assert seen == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]


def test_the_same_look_at_many_is_one_line(app, cast, visit, written):
    note_each(cast.northmoor, "looked", cast.ben, [(number, "list") for number in range(1, 31)], NOW)
    note(cast.northmoor, "sign_in", cast.ben, None, NOW)
    note(cast.northmoor, "sign_in", cast.abe, None, NOW)
    db.commit()
    page = visit("abe").get("/office/log").text
    assert re.findall(r'class="number"[^>]*>([^<]+)<', page)[1:5] == ["38", "37", "7–36", "6"]
    assert "30 patients" in page and "the list of patients" in page
    assert len(copied(visit("abe").post("/office/log/copy"))) == 39


def copied(answer):
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_a_copy_holds_the_same_and_is_an_event_itself(app, cast, visit, written):
    answer = visit("abe").post("/office/log/copy")
    rows = copied(answer)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="log-{cast.northmoor}-2026-03-10.csv"'
    assert "no-store" in answer.headers["Cache-Control"]
    assert [row["number"] for row in rows] == ["7", "6", "5", "4", "3", "2", "1"]
    assert [row["act"] for row in rows][:2] == ["log_exported", "staff_changed"]
    looked = rows[5]
    assert looked["time"] == "2026-03-09T09:00:00+00:00"
    assert (looked["sentence"], looked["name"]) == ("Ben looked into a record.", "Ben")
    assert (looked["patient"], looked["about"], looked["outcome"]) == (str(cast.ana_patient), "pain and notes", "done")
    assert len(looked["proof"]) == 64
    assert not any(name in answer.text for name in ("Ana", "Dora", "Rosa", "Carl"))
    assert check.prove(cast.northmoor, {}).broken == ""


def test_a_copy_of_some_is_sifted_and_made_in_pieces(app, cast, visit, written, monkeypatch):
    monkeypatch.setattr(queries, "_CHUNK", 1)
    rows = copied(visit("abe").post("/office/log/copy", {"patient": str(cast.ana_patient)}))
    assert [row["number"] for row in rows] == ["5", "4", "2"]
    assert visit("abe").post("/office/log/copy", {"patient": "x"}).status_code == 422


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_name_is_no_formula(start):
    assert say.plain(f"{start}1+1") == f"'{start}1+1"
    assert say.plain("Ben") == "Ben"


def test_a_name_in_a_copy_is_no_formula(sqlite_app, cast, visit, written):
    db.get_one(Account, cast.ben).name = "=HYPERLINK(A1)"
    db.commit()
    rows = copied(visit("abe").post("/office/log/copy", {"what": "looks"}))
    assert (rows[0]["name"], rows[0]["sentence"]) == ("'=HYPERLINK(A1)", "'=HYPERLINK(A1) looked into a record.")


def test_another_clinic_sees_nothing_of_it(app, cast, visit, written, eve):
    page = visit("eve").get("/office/log").text
    assert shown(page) == [1]
    assert "Carl looked into a record." in page
    assert not any(text in page for text in ("Ben", "Abe", "Patient 1<"))
    assert shown(visit("eve").get(f"/office/log?patient={cast.ana_patient}").text) == []
    assert visit("eve").get(f"/office/log?person={cast.ben}").status_code == 422
    rows = copied(visit("eve").post("/office/log/copy"))
    assert [(row["act"], row["account"]) for row in rows] == [("log_exported", str(eve)), ("looked", str(cast.carl))]


def test_a_look_at_the_log_changes_nothing(app, cast, visit, written):
    visit("abe").get("/office/log")
    db.remove()
    assert db.query(Event).count() == 8


def test_an_account_that_is_gone_is_said_by_its_number(app, cast):
    note(cast.northmoor, "looked", 4711, 5, NOW)
    note(cast.northmoor, "staff_joined", None, None, NOW, thing="account 4712")
    rows = queries.events(cast.northmoor, queries.Wanted())
    names = queries.names(say.accounts(rows))
    assert names == {}
    assert [say.sentence(row, names) for row in rows] == [
        "The system let a colleague in.",
        "Account 4711 looked into a record.",
    ]
    assert say.about(rows[0], names) == "account 4712"


def test_every_act_belongs_to_a_group_that_can_be_chosen():
    assert {act for _label, acts in GROUPS.values() for act in acts} == {*ACTS}
