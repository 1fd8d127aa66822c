"""What every table shares: one metadata with named constraints, and the few column types."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text, text
from sqlalchemy.schema import SchemaItem

# Unnamed constraints cannot be altered later (Alembic, "The Importance of Naming Constraints").
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base:
    """What all models stand on: a class whose columns become the Core table ``__table__`` of its ``__tablename__``.

    ``__table_args__`` are its indexes and constraints; ``__clustered__`` keeps rows in the order of their key.

    SQLAlchemy's ORM is not used: nothing here needs it, and importing it takes as long as an empty window takes to
    appear (tests/bench/bench_start).
    """

    metadata: ClassVar = MetaData(naming_convention=_NAMES)
    __tablename__: ClassVar[str]
    __table_args__: ClassVar[tuple[SchemaItem, ...]] = ()
    __clustered__: ClassVar[bool] = False
    __table__: ClassVar[Table]

    def __init_subclass__(cls) -> None:
        columns: list[SchemaItem] = []
        for name, value in vars(cls).items():
            if isinstance(value, Column):
                value.name = value.key = name
                columns.append(value)
        items = (*columns, *cls.__table_args__)
        cls.__table__ = Table(cls.__tablename__, Base.metadata, *items, sqlite_with_rowid=not cls.__clustered__)


_id = BigInteger().with_variant(Integer, "sqlite")

Id: Final = partial(Column[int], _id, primary_key=True, autoincrement=True)
Ref: Final = partial(Column[str], Text, nullable=False, default="")
Words: Final = partial(Column[str], Text, nullable=False, default="")
Amount: Final = partial(Column[int], BigInteger, nullable=False, default=0)
Count: Final = partial(Column[int], BigInteger, nullable=False, default=0)
Instant: Final = partial(Column[int], BigInteger, nullable=False)
MaybeInstant: Final = partial(Column[int | None], BigInteger)
Day: Final = partial(Column[str], Text, nullable=False)
MaybeDay: Final = partial(Column[str | None], Text)
Flag: Final = partial(Column[bool], Boolean, nullable=False, default=False)
# Columns that tables got later have their default in the database too: adding one then touches no row, however many.
LaterRef: Final = partial(Column[str], Text, nullable=False, default="", server_default=text("''"))
LaterAmount: Final = partial(Column[int], BigInteger, nullable=False, default=0, server_default=text("0"))
LaterFlag: Final = partial(Column[bool], Boolean, nullable=False)
Sealed: Final = partial(Column[bytes | None], LargeBinary)


def OwnedBy() -> Column[int]:
    """The account that the row is of."""
    return Column(_id, ForeignKey("integrations.id"), nullable=False)


def by_external_id(table: str) -> Index:
    """The unique way from a provider's id to its row."""
    return Index(f"uq_{table}_integration_id_external_id", "integration_id", "external_id", unique=True)


def only(condition: str) -> dict[str, Any]:
    """What says that an index holds only the rows of a condition, for whoever reads; the migrations make it so.

    SQLAlchemy's own ``postgresql_where`` would import that dialect whenever the tables are, also on SQLite, which
    takes a quarter of an empty window's time (tests/bench/bench_start).
    """
    return {"info": {"only": condition}}


def table_of(model: type[Base]) -> Table:
    """The Core table of a model."""
    return model.__table__
