"""What a person types to prove who they are, and to change what they prove it with."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, PasswordField
from wtforms.validators import Length

from companion.identity.forms import EMAIL, chosen
from companion.identity.model import Account
from companion.signin.passkeys import NAME_LENGTH
from companion.web.forms import Line, OurForm, required, short
from companion.words import lazy

_CODE = lazy("Code")


class SignInForm(OurForm):
    email = Line(lazy("Email"), [required(), short(200)])
    password = PasswordField(lazy("Password"), [required(), Length(max=1000)])
    form_token = HiddenField()


class CodeForm(OurForm):
    """The second half of a sign-in: a code after the password."""

    code = Line(
        _CODE, [required(), short(40)], description=lazy("Six numbers from your app. A recovery code works too.")
    )
    form_token = HiddenField()


class AgainForm(OurForm):
    """Somebody who is signed in proves once more who they are."""

    password = PasswordField(lazy("Password"), [required(), Length(max=1000)])
    code = Line(
        _CODE, [required(), short(40)], description=lazy("Six numbers from your app. A recovery code works too.")
    )
    form_token = HiddenField()

    def __init__(self, formdata: Any, second: bool) -> None:
        super().__init__(formdata)
        if not second:
            del self.code


class AppForm(OurForm):
    """The first code of an authenticator app."""

    code = Line(_CODE, [required(), short(40)], description=lazy("Six numbers. They change every 30 seconds."))


class NameForm(OurForm):
    """What a passkey is called."""

    name = Line(lazy("Name"), [required(), short(NAME_LENGTH)])


class ConfirmForm(OurForm):
    """The code that was mailed to an address."""

    code = Line(_CODE, [required(), short(40)], description=lazy("Eight numbers from the mail."))


class AddressForm(OurForm):
    """Another address to sign in with."""

    email = Line(lazy("New email"), [required(), short(200), EMAIL], description=lazy("You sign in with it."))


class PasswordForm(OurForm):
    password = PasswordField(lazy("Your password now"), [required(), Length(max=1000)])
    new_password = chosen(lazy("New password"))

    def __init__(self, formdata: Any, account: Account) -> None:
        super().__init__(formdata)
        self.account = account
        if account.password_hash is None:  # an account that never had one
            del self.password

    def known(self) -> list[str]:
        """What somebody would try as this person's password."""
        return [self.account.name, self.account.email]


class ForgottenForm(OurForm):
    email = Line(lazy("Email"), [required(), short(200)])
    form_token = HiddenField()


class ResetForm(OurForm):
    email = Line(lazy("Email"), [required(), short(200)])
    code = Line(_CODE, [required(), short(40)], description=lazy("Eight numbers."))
    new_password = chosen(lazy("New password"))
    form_token = HiddenField()

    def known(self) -> list[str]:
        """What somebody would try as this person's password; the name of an account is not told to strangers."""
        return [self.email.data or ""]
