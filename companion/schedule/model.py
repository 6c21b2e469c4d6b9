"""One wall time on chosen weekdays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion.identity.model import Patient
from companion.schedule.recurrence import Rule, next_after
from companion.store import Base

EVERY_DAY = "1234567"


class Schedule(Base):
    """A wall time at which one thing is due; three times a day are three schedules."""

    __tablename__ = "schedule"
    __table_args__ = (Index("ix_schedule_thing", "patient_id", "kind", "thing_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    #: the room it belongs to: diary, medication or therapy
    kind: Mapped[str]
    #: the row of that room, 0 for the check-in
    thing_id: Mapped[int] = mapped_column(default=0)
    wall: Mapped[time]
    #: ISO weekdays, Monday is 1: "135" is Mon Wed Fri
    weekdays: Mapped[str] = mapped_column(default=EVERY_DAY)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    #: whether a phone is rung; the day's list shows it either way
    rings: Mapped[bool] = mapped_column(default=True)
    #: when to look at it next; None when nothing is to come
    next_due_at: Mapped[datetime | None] = mapped_column(index=True)
    #: the local calendar day of `next_due_at`
    next_due_on: Mapped[date | None]

    patient: Mapped[Patient] = relationship()

    @property
    def rule(self) -> Rule:
        """The recurrence, without the row."""
        return Rule(self.wall, self.weekdays, self.starts_on, self.ends_on)

    def aim(self, after: datetime, zone: str) -> None:
        """Set `next_due_at` to the first occurrence later than `after`.

        Local days before the present aim have had their turn, and so has its own day once it is not later than `after`:
        they stay behind even if `zone` has changed and would bring them again.
        """
        rule = self.rule
        if self.next_due_at is not None and self.next_due_on is not None:
            turn = self.next_due_on + timedelta(days=1) if self.next_due_at <= after else self.next_due_on
            rule = replace(rule, starts_on=max(rule.starts_on, turn))
        found = next_after(rule, zone, after) if self.rings else None
        self.next_due_at, self.next_due_on = found if found else (None, None)
