"""What was seen, and what it said before. What somebody typed is sealed for the patient."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion import seal
from companion.identity.model import Account, Patient
from companion.store import Base


class Seen(Base):
    """A caregiver saw something. It stands beside the patient's own words, and in none of their sums."""

    __tablename__ = "seen"
    __table_args__ = (UniqueConstraint("patient_id", "uuid"), Index("ix_seen_day", "patient_id", "day"))
    id: Mapped[int] = mapped_column(primary_key=True)
    #: made by the phone; the same uuid is the same record
    uuid: Mapped[str]
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    seen_at: Mapped[datetime]
    #: zone in which it was written
    zone: Mapped[str]
    #: diary day
    day: Mapped[date]
    #: keys of signs.SIGNS
    signs: Mapped[list[str]] = mapped_column(JSON)
    #: the note, sealed
    sealed: Mapped[bytes]
    recorded_at: Mapped[datetime]
    digest: Mapped[str]
    #: counts corrections
    version: Mapped[int] = mapped_column(default=1)
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    patient: Mapped[Patient] = relationship()
    author: Mapped[Account] = relationship(foreign_keys=[author_id])
    remover: Mapped[Account | None] = relationship(foreign_keys=[removed_by])
    versions: Mapped[list[SeenVersion]] = relationship(order_by="SeenVersion.version")

    @property
    def note(self) -> str:
        """Own words; raises seal.LostKey."""
        return seal.opened(self.sealed, *seen_place(self.patient_id, self.uuid))

    @property
    def local(self) -> datetime:
        """When it was, on the clock of the zone in which it was written."""
        return self.seen_at.astimezone(ZoneInfo(self.zone))

    def seal_again(self) -> None:
        """With the newest key; raises seal.LostKey."""
        self.sealed = seal.sealed(self.note, *seen_place(self.patient_id, self.uuid))


class SeenVersion(Base):
    """What it said before it was corrected."""

    __tablename__ = "seen_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    seen_id: Mapped[int] = mapped_column(ForeignKey("seen.id"), index=True)
    version: Mapped[int]
    #: JSON of seen_at (ISO text), signs and note, sealed
    sealed: Mapped[bytes]
    replaced_at: Mapped[datetime]

    @property
    def said(self) -> dict[str, Any]:
        """seen_at, signs and note as they stood; raises seal.LostKey."""
        found: dict[str, Any] = json.loads(
            seal.opened(self.sealed, *version_place(self.patient_id, self.seen_id, self.version))
        )
        return found | {"seen_at": datetime.fromisoformat(found["seen_at"])}

    def seal_again(self) -> None:
        """With the newest key; raises seal.LostKey."""
        place = version_place(self.patient_id, self.seen_id, self.version)
        self.sealed = seal.sealed(seal.opened(self.sealed, *place), *place)


def seen_place(patient_id: int, uuid: str) -> tuple[str, str]:
    """Whose key seals a note, and for which place."""
    return f"patient:{patient_id}", f"seen.sealed:{patient_id}:{uuid}"


def version_place(patient_id: int, seen_id: int, version: int) -> tuple[str, str]:
    """Whose key seals what was said before, and for which place."""
    return f"patient:{patient_id}", f"seen_version.sealed:{seen_id}:{version}"
