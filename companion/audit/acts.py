"""What can be done, by its code, in a sentence. Who did it is filled in; whose record, and what of it, stand beside it."""

from __future__ import annotations

from companion.words import Later, lazy

ACTS: dict[str, Later] = {
    "sign_in": lazy("%(who)s signed in."),
    "sign_in_refused": lazy("A sign-in as %(who)s was refused."),
    "signed_out": lazy("%(who)s signed out."),
    "password_changed": lazy("%(who)s has a new password."),
    "factor_added": lazy("%(who)s added a way to sign in."),
    "factor_removed": lazy("%(who)s removed a way to sign in."),
    "address_changed": lazy("%(who)s has a new email address."),
    "reset": lazy("%(who)s chose a new password with a code."),
    "staff_joined": lazy("%(who)s let a colleague in."),
    "staff_changed": lazy("%(who)s changed what a colleague may do."),
    "staff_left": lazy("%(who)s let a colleague go."),
    "code_given": lazy("%(who)s made a code for a new password."),
    "invitation_made": lazy("%(who)s made an invitation."),
    "invitation_accepted": lazy("An invitation was accepted."),
    "invitation_withdrawn": lazy("%(who)s took an invitation back."),
    "grant_made": lazy("A record was opened by its owner."),
    "grant_changed": lazy("A record's owner changed what is open."),
    "grant_stopped": lazy("Sharing a record was stopped."),
    "record_handed_over": lazy("A record was handed over to its owner."),
    "looked": lazy("%(who)s looked into a record."),
    "denied": lazy("%(who)s asked for a record that is closed to them."),
    "diary_written": lazy("%(who)s wrote into a record."),
    "medicines_written": lazy("%(who)s wrote into a record."),
    "therapy_written": lazy("%(who)s wrote into a record."),
    "procedures_written": lazy("%(who)s wrote into a record."),
    "signal_seen": lazy("%(who)s has seen answers that ask for help."),
    "glass_broken": lazy("%(who)s opened a record in an emergency."),
    "glass_reviewed": lazy("%(who)s reviewed an emergency look."),
    "link_made": lazy("%(who)s made a link for a visit."),
    "link_opened": lazy("A link for a visit was opened."),
    "link_refused": lazy("A link for a visit stayed closed."),
    "link_withdrawn": lazy("%(who)s took a link for a visit back."),
    "taken_out": lazy("%(who)s took everything out."),
    "erasure_asked": lazy("%(who)s asked to be erased."),
    "erasure_stopped": lazy("%(who)s stays after all."),
    "erased": lazy("An account was erased."),
    "record_closed": lazy("%(who)s closed the record of a person who has died."),
    "record_opened_again": lazy("%(who)s opened a closed record again."),
    "log_exported": lazy("%(who)s took a copy of this log."),
}

#: acts that belong together, by a word that may stand in an address, in the order in which they are offered
GROUPS: dict[str, tuple[Later, tuple[str, ...]]] = {
    "looks": (lazy("Looks"), ("looked", "glass_broken", "glass_reviewed", "link_opened", "signal_seen")),
    "writing": (lazy("Writing"), ("diary_written", "medicines_written", "therapy_written", "procedures_written")),
    "refused": (lazy("Refused"), ("denied", "sign_in_refused", "link_refused")),
    "sharing": (
        lazy("Sharing and invitations"),
        (
            *("invitation_made", "invitation_accepted", "invitation_withdrawn"),
            *("grant_made", "grant_changed", "grant_stopped", "record_handed_over"),
            *("link_made", "link_opened", "link_refused", "link_withdrawn"),
        ),
    ),
    "sign-ins": (
        lazy("Signing in"),
        (
            *("sign_in", "sign_in_refused", "signed_out", "password_changed", "factor_added", "factor_removed"),
            *("address_changed", "reset", "code_given"),
        ),
    ),
    "staff": (
        lazy("Staff and copies"),
        (
            *("staff_joined", "staff_changed", "staff_left", "log_exported", "taken_out"),
            *("erasure_asked", "erasure_stopped", "erased", "record_closed", "record_opened_again"),
        ),
    ),
}
