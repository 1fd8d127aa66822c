"""The date of a payment in lists: the day on which figures count its money, else the day on which it was made."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, func

from desktop.books.tables import Payment
from desktop.books.tables.base import table_of

_PAYMENT = table_of(Payment)
#: The instant of it (ms), written as the indexes of ``tables/money.py`` have it, so that they answer.
DATED: Final[ColumnElement[int]] = func.coalesce(_PAYMENT.c.booked_at, _PAYMENT.c.created_at)
