"""The one way to a text in the person's language.

Every call names its context and its text as they are written, so that ``pyside6-lupdate`` finds both where they stand:
it knows the name ``translate``, whoever it belongs to.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def translate(context: str, text: str, about: str = "") -> str:
    """The text in the person's language; itself where there is no translation.

    ``about`` tells texts apart that are written alike and mean different things.
    """
    return QCoreApplication.translate(context, text, about)
