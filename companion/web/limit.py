"""A token bucket a key, kept in the database so that every process counts the same tries."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from ipaddress import IPv4Address, ip_address, ip_network

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from companion.store import Base, at_once, db, insert


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
    hashed = _hash(name, key)
    with at_once() as session:
        session.execute(insert(Bucket).values(key=hashed, left=float(size), counted_at=now).on_conflict_do_nothing())
        bucket = session.scalars(select(Bucket).where(Bucket.key == hashed).with_for_update()).one()
        bucket.left, bucket.counted_at = _left(bucket, size, minutes, now), now
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True


def is_spent(name: str, key: str, size: int, minutes: float, now: datetime) -> bool:
    """Whether `allow` would refuse; takes nothing."""
    bucket = db.get(Bucket, _hash(name, key))
    return bucket is not None and _left(bucket, size, minutes, now) < 1


def network(address: str | None) -> str:
    """Whose tries an internet address counts as: with IPv6 everybody has 2^64 of them, so its first half alone."""
    try:
        known = ip_address(address or "")
    except ValueError:
        return address or ""
    if isinstance(known, IPv4Address) or known.ipv4_mapped:
        return str(known)
    return str(ip_network((known, 64), strict=False))


def _hash(name: str, key: str) -> str:
    return sha256(f"{name}:{key}".encode()).hexdigest()


def _left(bucket: Bucket, size: int, minutes: float, now: datetime) -> float:
    refilled = (now - bucket.counted_at).total_seconds() / 60 * size / minutes
    return min(float(size), bucket.left + max(0.0, refilled))
