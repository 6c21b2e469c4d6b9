"""What a person types to sign up, to sign in and to change their settings."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, PasswordField, SelectChoice, SelectField, ValidationError
from wtforms.validators import Length, Regexp

from companion import clock
from companion.identity.passwords import SHORTEST
from companion.web.forms import Day, Line, OurForm, required, short
from companion.words import LANGUAGES, lazy

THEMES = {"auto": lazy("Like my phone"), "light": lazy("Light"), "dark": lazy("Dark")}
_EMAIL = Regexp(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", message=lazy("Please write an e-mail address such as ana@example.org."))


class ZoneField(Line):
    """An IANA zone that we can reckon with."""

    def pre_validate(self, form: Any) -> None:
        if not clock.is_zone(self.data or ""):
            raise ValidationError(lazy("Please choose a time zone from the list."))


class LanguageField(SelectField):
    """A language that the product speaks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args, choices=[SelectChoice(*each) for each in LANGUAGES.items()], validate_choice=False, **kwargs
        )

    def pre_validate(self, form: Any) -> None:
        if self.data not in LANGUAGES:
            raise ValidationError(lazy("Please choose a language from the list."))


class SignInForm(OurForm):
    email = Line(lazy("Email"), [required(), short(200)])
    password = PasswordField(lazy("Password"), [required(), Length(max=1000)])
    form_token = HiddenField()


class SignUpForm(OurForm):
    name = Line(
        lazy("Your name"), [required(), short(80)], description=lazy("What we call you. Your first name is enough.")
    )
    email = Line(lazy("Email"), [required(), short(200), _EMAIL], description=lazy("You sign in with it."))
    password = PasswordField(
        lazy("Password"),
        [
            required(),
            Length(min=SHORTEST, message=lazy("Please use at least 12 letters or signs. A short sentence is good.")),
            Length(max=1000),
        ],
        description=lazy("At least 12 letters or signs. A short sentence is good. You can paste it."),
    )
    zone = ZoneField(lazy("Time zone"), [required(lazy("Please choose a time zone from the list."))])
    language = LanguageField(lazy("Language"))
    form_token = HiddenField()


class SettingsForm(OurForm):
    name = Line(lazy("Your name"), [required(), short(80)])
    born_on = Day(lazy("Date of birth"), description=lazy("You can leave it empty."))
    language = LanguageField(lazy("Language"))
    theme = SelectField(lazy("Screen"), choices=[SelectChoice(*each) for each in THEMES.items()])

    def validate_born_on(self, field: Any) -> None:
        if field.data and field.data > clock.now().date():
            raise ValidationError(lazy("This is still to come. Please check the date."))
