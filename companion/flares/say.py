"""How long a flare is, and how many there were, in words."""

from __future__ import annotations

from datetime import timedelta

from companion.flares.queries import Total
from companion.words import gettext as _
from companion.words import ngettext


def say_length(length: timedelta) -> str:
    """ "2 days, 4 hours", "5 hours", "40 minutes": as fine as it matters, in the language being spoken."""
    minutes = int(length.total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    if minutes < 5:
        return _("a few minutes")
    if not days and not hours:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes)
    said = [ngettext("%(n)s day", "%(n)s days", days)] if days else []
    said += [ngettext("%(n)s hour", "%(n)s hours", hours)] if hours else []
    return ", ".join(said)


def say_total(total: Total) -> str:
    """ "2 flares, on 5 days"."""
    flares = ngettext("%(n)s flare", "%(n)s flares", total.often)
    return f"{flares}, {ngettext('on %(n)s day', 'on %(n)s days', total.days)}"
