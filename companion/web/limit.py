"""A token bucket a key, kept in the database so that every process counts the same tries."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from companion.store import Base, at_once, insert


class Bucket(Base):
    """How many tries a key has left, and when that was counted."""

    __tablename__ = "bucket"
    key: Mapped[str] = mapped_column(primary_key=True)
    #: tries left, a fraction while it refills
    left: Mapped[float]
    counted_at: Mapped[datetime]


def allow(name: str, key: str, size: int, minutes: float, now: datetime) -> bool:
    """Take one of the `size` tries that `key` has for `name`; a full bucket comes back in `minutes`.

    The key is stored as a hash, so that no list of addresses or names grows here.
    """
    hashed = sha256(f"{name}:{key}".encode()).hexdigest()
    with at_once() as session:
        session.execute(insert(Bucket).values(key=hashed, left=float(size), counted_at=now).on_conflict_do_nothing())
        bucket = session.scalars(select(Bucket).where(Bucket.key == hashed).with_for_update()).one()
        refilled = (now - bucket.counted_at).total_seconds() / 60 * size / minutes
        bucket.left = min(float(size), bucket.left + max(0.0, refilled))
        bucket.counted_at = now
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True
