"""What every table shares: one metadata with named constraints, and the few column types."""

from __future__ import annotations

from typing import Annotated, cast

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column

# Unnamed constraints cannot be altered later (Alembic, "The Importance of Naming Constraints").
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base of all tables."""

    metadata = MetaData(naming_convention=_NAMES)


_id = BigInteger().with_variant(Integer, "sqlite")

Id = Annotated[int, mapped_column(_id, primary_key=True, autoincrement=True)]
OwnedBy = Annotated[int, mapped_column(_id, ForeignKey("integrations.id"))]
Ref = Annotated[str, mapped_column(Text, default="")]
Words = Annotated[str, mapped_column(Text, default="")]
Amount = Annotated[int, mapped_column(BigInteger, default=0)]
Count = Annotated[int, mapped_column(BigInteger, default=0)]
Instant = Annotated[int, mapped_column(BigInteger)]
MaybeInstant = Annotated[int | None, mapped_column(BigInteger)]
Day = Annotated[str, mapped_column(Text)]
MaybeDay = Annotated[str | None, mapped_column(Text)]
Flag = Annotated[bool, mapped_column(Boolean, default=False)]
Sealed = Annotated[bytes | None, mapped_column(LargeBinary)]


def by_external_id(table: str) -> Index:
    """The unique way from a provider's id to its row."""
    return Index(f"uq_{table}_integration_id_external_id", "integration_id", "external_id", unique=True)


def table_of(model: type[Base]) -> Table:
    """The Core table of a model."""
    return cast(Table, model.__table__)
