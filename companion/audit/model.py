"""The events. Rows outlive the people and clinics that they name, so they refer to nothing; a trigger guards them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from companion.store import Base


class Event(Base):
    """Something that was done, or refused."""

    __tablename__ = "audit_event"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 SQLAlchemy reads it from the class
    #: id of the clinic whose event it is; 0 and below for no clinic's, as write.CHAINS says
    chain: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: 1, 2, 3 ... in each chain
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    #: a key of acts.ACTS
    act: Mapped[str]
    #: id of the account that did it; None for nobody who is known, or for whoever runs the installation
    actor: Mapped[int | None]
    #: id of the patient whose record it was about
    whose: Mapped[int | None]
    #: what it was about: words for parts of a record, or a kind and an id such as "grant 12"
    thing: Mapped[str]
    #: the network it came from, as coarse as it is; an empty text where none is kept
    place: Mapped[str]
    #: done or refused
    outcome: Mapped[str]
    #: number of the installation's key that the mac was made with
    key: Mapped[int]
    #: HMAC-SHA-256, 32 bytes
    mac: Mapped[bytes]
