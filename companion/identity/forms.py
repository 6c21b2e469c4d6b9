"""What a person types to sign up and to change their settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from wtforms import HiddenField, PasswordField, SelectChoice, SelectField, ValidationError
from wtforms.validators import Length, Regexp

from companion import clock
from companion.identity.passwords import SHORTEST, weakness
from companion.web.forms import Day, Line, OurForm, required, short
from companion.words import LANGUAGES, Later, lazy

THEMES = {"auto": lazy("Like my phone"), "light": lazy("Light"), "dark": lazy("Dark")}
#: what an address looks like
EMAIL = Regexp(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", message=lazy("Please write an e-mail address such as ana@example.org."))
_NAME, _CALLED = lazy("Your name"), lazy("What we call you. Your first name is enough.")
#: the label of the name that a diary carries
FULL_NAME = lazy("Full name")
_OLDEST = timedelta(days=130 * 366)
_CHOOSE_ZONE = lazy("Please choose a time zone from the list.")
_ZONE = (lazy("Time zone"), [required(_CHOOSE_ZONE)])


class ZoneField(Line):
    """An IANA zone that we can reckon with."""

    def pre_validate(self, form: Any) -> None:
        if not clock.is_zone(self.data or ""):
            raise ValidationError(_CHOOSE_ZONE)


class BirthDay(Day):
    """A day on which somebody who is alive may have been born, or None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(lazy("Date of birth"), description=lazy("You can leave it empty."), **kwargs)

    def pre_validate(self, form: Any) -> None:
        today = clock.now().date()
        if self.data and self.data > today:
            raise ValidationError(lazy("This is still to come. Please check the date."))
        if self.data and self.data < today - _OLDEST:
            raise ValidationError(lazy("This is too long ago. Please check the year."))


class LanguageField(SelectField):
    """A language that the product speaks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args, choices=[SelectChoice(*each) for each in LANGUAGES.items()], validate_choice=False, **kwargs
        )

    def pre_validate(self, form: Any) -> None:
        if self.data not in LANGUAGES:
            raise ValidationError(lazy("Please choose a language from the list."))


class Guessable:
    """Refuses a password that is tried first; the form's `known()` names what belongs to its person."""

    def __call__(self, form: Any, field: Any) -> None:
        told = weakness(field.data, form.known())
        if told is not None:
            raise ValidationError(told)


def chosen(label: Later) -> PasswordField:
    """A password that a person makes up; its form has `known()`."""
    long_enough = Length(
        min=SHORTEST, message=lazy("Please use at least 12 letters or signs. A short sentence is good.")
    )
    advice = lazy("At least 12 letters or signs. A short sentence is good. You can paste it.")
    return PasswordField(label, [required(), long_enough, Length(max=1000), Guessable()], description=advice)


class SignUpForm(OurForm):
    name = Line(_NAME, [required(), short(80)], description=_CALLED)
    email = Line(lazy("Email"), [required(), short(200), EMAIL], description=lazy("You sign in with it."))
    password = chosen(lazy("Password"))
    language = LanguageField(lazy("Language"))
    zone = ZoneField(*_ZONE)
    form_token = HiddenField()

    def __init__(self, formdata: Any, helps: bool = False, **values: Any) -> None:
        super().__init__(formdata, **values)
        if helps:  # who comes to help somebody keeps no diary, and days belong to a diary
            del self.zone

    def known(self) -> list[str]:
        """What somebody would try as this person's password."""
        return [self.name.data or "", self.email.data or ""]


class SettingsForm(OurForm):
    name = Line(_NAME, [required(), short(80)], description=_CALLED)
    language = LanguageField(lazy("Language"))
    theme = SelectField(lazy("Screen"), choices=[SelectChoice(*each) for each in THEMES.items()])


class RecordForm(SettingsForm):
    """The settings of a person who keeps a diary: also the name that the diary carries."""

    full_name = Line(FULL_NAME, [required(), short(120)])
    born_on = BirthDay()


class DiaryForm(OurForm):
    """Where somebody is who starts a diary."""

    zone = ZoneField(*_ZONE)


class ColleagueForm(OurForm):
    """What the operator types at `companion user` to let somebody in; never shown on a page."""

    email = Line("EMAIL", [required(), short(200), EMAIL])
    name = Line("--name", [required(), short(80)])
    clinic = Line("--clinic", [required(), short(120)])
    phone = Line("--phone", [short(40)])
