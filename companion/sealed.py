"""Columns whose words are sealed at rest: sealed where they are written, opened where they are read, here only.

`note = Words("patient", by="uuid")` in a model is an attribute of text over a column `note_sealed` of bytes, NULL for an
empty text. It is sealed for its owner, "patient:7", and for its place, "entry.note:<uuid>": in another row, in another
column and in another person's record it does not open, and reading it there raises seal.LostKey.

`by` is what tells the row from the owner's others. Where that is its number, which the INSERT gives, the words are sealed
right behind the INSERT. A query cannot look into them: it takes `Model.note.column`, the bytes, and `opened` reads them.

What a medicine, a programme or the level of a procedure is called is not sealed: it is compared and counted, and says what
is taken and done, as the rows beside it do.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Any, Generic, Self, TypeVar, overload

from sqlalchemy import ColumnElement, Connection, LargeBinary, RowMapping, String, Table, event, inspect, update
from sqlalchemy.orm import Mapper, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from companion import seal

Said = TypeVar("Said")
#: in a row that is not yet written: what waits for its place, by attribute
_WAITING = "_waiting_to_be_sealed"


class Sealed(ABC, Generic[Said]):
    """What an attribute of a model says, sealed in a column beside it; Words and Facts are the kinds of it."""

    #: what an empty column says
    empty: Said

    def __init__(self, owner: str, of: str = "", by: str = "id") -> None:
        """For the `owner` whose number stands in the column `of`: `<owner>_id` if it is not named."""
        self.owner, self.of, self.by = owner, of or f"{owner}_id", by

    def __set_name__(self, model: type[Any], name: str) -> None:
        self.model, self.name, self.key = model, name, f"{name}_sealed"
        self._kept = f"_{name}_opened"
        setattr(model, self.key, mapped_column(LargeBinary, nullable=True, info={"sealed": self}))

    @overload
    def __get__(self, row: None, model: type[Any]) -> Self: ...
    @overload
    def __get__(self, row: Any, model: type[Any]) -> Said: ...
    def __get__(self, row: Any, model: type[Any]) -> Self | Said:
        if row is None:
            return self
        waiting = row.__dict__.get(_WAITING, {})
        if self.name in waiting:
            said: Said = waiting[self.name]
            return said
        value, kept = getattr(row, self.key), row.__dict__.get(self._kept)
        # a value that was read anew is another object
        if kept is None or kept[0] is not value:
            kept = row.__dict__[self._kept] = value, self.opened(value, *self._place(row))
        opened: Said = kept[1]
        return opened

    def __set__(self, row: Any, said: Said) -> None:
        if inspect(row).key is None:
            row.__dict__.setdefault(_WAITING, {})[self.name] = said
        elif not self._says(row, said):
            for key, value in self.columns(said, *self._place(row)).items():
                setattr(row, key, value)

    @property
    def column(self) -> Any:
        """The sealed bytes, for a query."""
        return getattr(self.model, self.key)

    def opened(self, value: bytes | None, owner_id: int, place: object) -> Said:
        """What the column of the row says that `place`, the value of its column `by`, tells from others; raises LostKey."""
        return self.empty if value is None else self._load(seal.opened(value, *self._where(owner_id, place)))

    def columns(self, said: Said, owner_id: int, place: object) -> dict[str, Any]:
        """The columns of that row which say it, for a statement that is no row of the ORM."""
        if said == self.empty:
            return {self.key: None}
        return {self.key: seal.sealed(self._dump(said), *self._where(owner_id, place))}

    def _says(self, row: Any, said: Said) -> bool:
        try:
            return bool(self.__get__(row, self.model) == said)
        except seal.LostKey:
            return False  # it takes new words all the same

    def _place(self, row: Any) -> tuple[Any, Any]:
        return getattr(row, self.of), getattr(row, self.by)

    def _where(self, owner_id: int, place: object) -> tuple[str, str]:
        return f"{self.owner}:{owner_id}", f"{self.model.__tablename__}.{self.name}:{place}"

    @abstractmethod
    def _dump(self, said: Said) -> str: ...

    @abstractmethod
    def _load(self, text: str) -> Said: ...


class Words(Sealed[str]):
    """A text."""

    empty = ""

    def _dump(self, said: str) -> str:
        return said

    def _load(self, text: str) -> str:
        return text


class Facts(Sealed[Any]):
    """What JSON can hold."""

    def __init__(self, owner: str, of: str = "", by: str = "id", empty: Any = None) -> None:
        super().__init__(owner, of, by)
        self.empty = empty

    def _dump(self, said: Any) -> str:
        return json.dumps(said)

    def _load(self, text: str) -> Any:
        return json.loads(text)


class Address(Words):
    """A text by which its row is found: beside it stands `<name>_hash`, which only the keys of the installation can make."""

    def __set_name__(self, model: type[Any], name: str) -> None:
        super().__set_name__(model, name)
        setattr(model, f"{name}_hash", mapped_column(String, nullable=True, unique=True))

    def columns(self, said: str, owner_id: int, place: object) -> dict[str, Any]:
        """With the hash, made by the newest key."""
        hashed = self._hashes(said)[-1] if said else None
        return {**super().columns(said, owner_id, place), f"{self.name}_hash": hashed}

    def is_(self, said: str) -> ColumnElement[bool]:
        """Whether the row says it, whichever key that was hashed with."""
        found: ColumnElement[bool] = getattr(self.model, f"{self.name}_hash").in_(self._hashes(said))
        return found

    def _hashes(self, said: str) -> list[str]:
        return seal.hashes(said, f"{self.model.__tablename__}.{self.name}")


def sealed_columns(mapper: Mapper[Any]) -> list[Sealed[Any]]:
    """The sealed attributes of a model."""
    return [column.info["sealed"] for column in mapper.columns if "sealed" in column.info]


def opened_row(table: Table, row: RowMapping) -> dict[str, Any]:
    """A row of the table, as a plain statement read it, with what is sealed opened, under its own name."""
    found: dict[str, Any] = dict(row)
    for column in table.columns:
        if "sealed" in column.info:
            sealed: Sealed[Any] = column.info["sealed"]
            found[sealed.name] = sealed.opened(found.pop(sealed.key), row[sealed.of], row[sealed.by])
    return found


@event.listens_for(Mapper, "before_insert")
def _seal_before(mapper: Mapper[Any], _connection: Connection, row: Any) -> None:
    """What has its place already goes into the INSERT."""
    waiting = row.__dict__.get(_WAITING)
    for sealed in sealed_columns(mapper) if waiting else ():
        if sealed.name in waiting and None not in (place := sealed._place(row)):
            for key, value in sealed.columns(waiting.pop(sealed.name), *place).items():
                setattr(row, key, value)


@event.listens_for(Mapper, "after_insert")
def _seal_after(mapper: Mapper[Any], connection: Connection, row: Any) -> None:
    """What waited for the number of the row goes behind it, all in one UPDATE."""
    waiting = row.__dict__.pop(_WAITING, None)
    if not waiting:
        return
    values: dict[str, Any] = {}
    for sealed in sealed_columns(mapper):
        if sealed.name in waiting:
            values |= sealed.columns(waiting[sealed.name], *sealed._place(row))
    table, (key,) = mapper.local_table, mapper.primary_key_from_instance(row)
    (column,) = mapper.primary_key
    connection.execute(update(table).where(column == key).values(values))  # type: ignore[arg-type]
    for name, value in values.items():
        set_committed_value(row, name, value)
