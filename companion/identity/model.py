"""Accounts, patients, clinics, memberships and sign-ins."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from companion.sealed import Address, Words
from companion.store import Base


class Account(Base):
    """A person who can sign in."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    #: lower case, the name to sign in with
    email = Address("account", of="id")
    #: when a code that was mailed to that address was typed; None: nobody knows yet whether letters reach its person
    confirmed_at: Mapped[datetime | None]
    name = Words("account", of="id")
    #: argon2id, or None for a person who cannot sign in with a password
    password_hash: Mapped[str | None]
    #: a key of words.LANGUAGES
    language: Mapped[str] = mapped_column(default="en")
    #: auto, light or dark
    theme: Mapped[str] = mapped_column(default="auto")
    created_at: Mapped[datetime]
    #: when everything of it goes, None while it stays
    erases_at: Mapped[datetime | None]
    #: when everything of it went; its number stays, so that it never names somebody else
    erased_at: Mapped[datetime | None]

    patient: Mapped[Patient | None] = relationship(back_populates="account")
    memberships: Mapped[list[Membership]] = relationship(back_populates="account")


class Patient(Base):
    """A person whose record is kept. The record is theirs; an account opens it."""

    __tablename__ = "patient"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), unique=True)
    name = Words("patient", of="id")
    born_on: Mapped[date | None]
    #: IANA zone that days and wall times of this record are reckoned in
    zone: Mapped[str]
    #: when each part of the record changed last, None if never; written by `touch`, read by rooms above
    diary_at: Mapped[datetime | None]
    medicines_at: Mapped[datetime | None]
    therapy_at: Mapped[datetime | None]
    procedures_at: Mapped[datetime | None]
    #: when a clinic closed the record of a person who has died: it is read, and nothing is written any more
    closed_at: Mapped[datetime | None]

    account: Mapped[Account | None] = relationship(back_populates="patient")


class Clinic(Base):
    """A pain clinic on this installation."""

    __tablename__ = "clinic"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class Membership(Base):
    """An account works at a clinic."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("clinic_id", "account_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    #: clinician or admin
    role: Mapped[str]

    clinic: Mapped[Clinic] = relationship()
    account: Mapped[Account] = relationship(back_populates="memberships")


class SignIn(Base):
    """One browser in which an account is signed in."""

    __tablename__ = "sign_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the cookie's token
    token_hash: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    #: when the person proved last who they are
    proved_at: Mapped[datetime]
    #: proved by a passkey, or by a password and a second factor; nobody works at a clinic without
    strong: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: some minutes without use close it until the person proves again who they are: always for staff, for others if asked
    locks: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: browser and system in plain words
    device: Mapped[str] = mapped_column(default="")
    #: the network it came from, roughly, where the installation keeps that
    place: Mapped[str] = mapped_column(default="", server_default="")

    account: Mapped[Account] = relationship()
