"""What `companion user` does, in sentences for whoever runs the installation."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from companion import clock
from companion.audit.write import note
from companion.identity import passwords, staff
from companion.identity.forms import ColleagueForm
from companion.identity.model import Account
from companion.identity.noted import noted
from companion.identity.staff import Refused


def with_new_password(account: Account) -> str:
    """A new password for the account, and the sentences that tell it."""
    password = passwords.made_up()
    passwords.change(account, password)
    noted(account, "password_changed", clock.now())
    return f"{account.name} signs in with {account.email} and the password {password}\nSettings is where to change it."


def let_in(account: Account | None, typed: dict[str, str], role: str, new_clinic: bool, may_renew: bool) -> str:
    """Somebody new, or with their consent to a new password somebody who has an account, works at a clinic; raises Refused."""
    if account is not None and not may_renew:
        raise Refused(f"{account.email} has an account. Add --new-password to let it work at the clinic too.")
    if account is not None and typed["name"]:
        raise Refused(f"{account.email} has an account and a name. Leave out --name.")
    form = ColleagueForm(MultiDict({**typed, "name": account.name if account else typed["name"]}))
    if not form.validate():
        raise Refused(" ".join(f"{field.label.text}: {text}" for field, text in form.problems))
    now = clock.now()
    place, made = staff.clinic_called(form.clinic.data, form.phone.data, new_clinic, now)
    account = account or staff.newcomer(form.email.data, form.name.data, now)
    staff.join(account, place, role)
    note(place.id, "staff_joined", None, None, now, thing=f"account {account.id}")
    where = f"{place.name}, a new clinic," if made else place.name
    return f"{account.name} works at {where} as {role}.\n{with_new_password(account)}"
