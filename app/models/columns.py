"""What the tables share: names of constraints, times as whole seconds, keys and partial indexes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

import sqlalchemy
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    TypeDecorator,
    text,
)
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite makes only INTEGER primary keys the row's own address; BIGINT ones cost a second index.
KEY = BigInteger().with_variant(Integer(), "sqlite")


class Table(SQLModel):
    """What every table class is: `__table__` is its SQLAlchemy table, for queries."""

    __table__: ClassVar[sqlalchemy.Table]


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime as whole seconds since 1970 in UTC; years before 1970 are negative."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:  # noqa: ARG002
        """Refuses naive datetimes: nobody knows which instant they name."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be stored: {value!r}")
        return int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Aware, in UTC."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


def time_column(*, nullable: bool = True, index: bool = False) -> Any:
    column: Column[datetime] = Column(UtcTime(), nullable=nullable, index=index)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def index_where(name: str, columns: str, condition: str) -> Index:
    """An index of the rows for which a condition holds, on both databases."""
    where = text(condition)
    return Index(name, *columns.split(", "), sqlite_where=where, postgresql_where=where)
