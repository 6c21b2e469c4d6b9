"""What a lock screen may say: that something is planned, and for when, or was not answered. Never what.

The shape is that of Declarative Web Push (w3c/push-api #385), which Safari shows by itself and our worker reads too.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from datetime import time
from typing import Any

from companion.words import gettext as _
from companion.words import language, say_time, speaking

#: the number that marks a declarative push: that of the RFC of Web Push
DECLARATIVE = 8030


def reminder(key: str, wall: time, code: str, origin: str) -> dict[str, Any]:
    """The payload of the delivery `key` that is due at `wall`, in the language `code`."""
    with speaking(code):
        body = _("Something is planned for %(time)s.", time=say_time(wall))
        payload = _payload(body, f"{origin}/reminders/open/{key}", tag=key)
        payload["notification"] |= {
            "data": {"key": key, "url": f"/reminders/open/{key}"},
            "actions": [{"action": "done", "title": _("Done")}, {"action": "later", "title": _("Later")}],
        }
    return payload


def missed(key: str, name: str, patient_id: int, code: str, origin: str) -> dict[str, Any]:
    """The payload of the delivery `key` to a caregiver: the patient, called `name`, did not answer a reminder."""
    with speaking(code):
        body = _("A reminder of %(name)s was not answered.", name=name.split(maxsplit=1)[0])
        return _payload(body, f"{origin}/for/{patient_id}/plan/", tag=key, title=_("A quiet word"))


def trial(code: str, origin: str) -> dict[str, Any]:
    """The payload of the test button, in the language `code`."""
    with speaking(code):
        return _payload(_("This phone gets your reminders."), f"{origin}/reminders/", tag="test")


def _payload(body: str, address: str, tag: str, title: str = "") -> dict[str, Any]:
    notification = {
        "title": title or _("A gentle reminder"),
        "body": body,
        "navigate": address,
        "lang": language(),
        "dir": "ltr",
        "tag": tag,
        "silent": False,
        "data": {},
        "actions": [],
    }
    return {"web_push": DECLARATIVE, "notification": notification}


def topic(key: str) -> str:
    """What the push service knows `key` by: it sees the topic, and must not be able to answer for the phone."""
    return urlsafe_b64encode(hashlib.sha256(f"topic {key}".encode()).digest()).decode()[:32]
