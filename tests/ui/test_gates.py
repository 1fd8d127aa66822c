"""Rules that hold in every file of the window; each names the one place where the thing is allowed."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

import desktop.ui

UI = Path(desktop.ui.__file__).parent
FILES = sorted(UI.rglob("*.py"))

#: What is written, where it may be, and why.
RULES = (
    (r"\bQLabel\(", {"text.py"}, "a label guesses rich text"),
    (r"\bQMessageBox\b", set(), "a message box guesses rich text and blocks"),
    (r"\.setToolTip\(", {"text.py"}, "a tooltip guesses rich text"),
    (r"\bopenUrl\b", {"addresses.py"}, "one place opens addresses"),
    (r"\bwebbrowser\b", set(), "one place opens addresses"),
    (r"setOpenExternalLinks|setOpenLinks", {"text.py"}, "text opens nothing"),
    (r"QCoreApplication\.translate\(|\.tr\(", {"translation.py"}, "texts are marked in one way, which lupdate finds"),
    (
        r"\bQTimer\(",
        {"throttle.py", "garbage.py", "syncing.py", "toasts.py"},
        "other timers are throttles",
    ),
    (r"\bSignal\(int", set(), "32 bits: money, counts and ids do not fit"),
    (r"\.exec\(", {"application.py"}, "a nested event loop"),
    (r"\.connect\(\s*(lambda|partial)", set(), "would run in the sender's thread"),
    (r"ResizeToContents|resizeColumnsToContents|resizeRowsToContents", set(), "measures every row"),
    (r"QSortFilterProxyModel", set(), "sorting and filtering are SQL's"),
    (r"def flags\(", set(), "makes selection six times slower"),
    (r"toCurrencyString|QDoubleSpinBox|QSpinBox", set(), "money is an integer of minor units"),
    (r"setTextFormat\((?!Qt\.TextFormat\.PlainText)", set(), "text is plain"),
    (r"processEvents\(", set(), "the event loop turns by itself"),
    (r"\.terminate\(\)", set(), "a thread is asked to end"),
)


@pytest.mark.parametrize(("pattern", "allowed", "why"), RULES, ids=[rule[0] for rule in RULES])
def test_a_thing_is_done_in_its_one_place(pattern: str, allowed: set[str], why: str) -> None:
    found = {path.name for path in FILES if re.search(pattern, path.read_text("utf-8"))}
    assert found <= allowed, why


def classes() -> list[type[QObject]]:
    found = []
    for info in pkgutil.walk_packages(desktop.ui.__path__, "desktop.ui."):
        module = importlib.import_module(info.name)
        for _name, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ == info.name and issubclass(kind, QObject):
                found.append(kind)
    return found


def test_no_attribute_hides_a_method_of_qt() -> None:
    hidden = []
    for kind in classes():
        base = next(parent for parent in kind.__mro__ if parent.__module__.startswith("PySide6"))
        for name in set(re.findall(r"self\.([a-z_]\w*)(?:: [^=\n]+)? = ", inspect.getsource(kind))):
            if hasattr(base, name):
                hidden.append(f"{kind.__name__}.{name}")
    assert hidden == []


def test_overridden_names_are_meant() -> None:
    """A method that has a name of Qt's is one of its virtual ones, not an accident."""
    virtual = re.compile(
        r"Event$|^(sizeHint|minimumSizeHint|paint|data|sort|eventFilter|rowCount|columnCount|headerData)$"
    )
    layout = {"addItem", "count", "itemAt", "takeAt", "expandingDirections", "hasHeightForWidth", "heightForWidth"}
    known = {
        "event",
        "initStyleOptionForIndex",
        "setGeometry",
        "minimumSize",
        "selectAll",
        "selectionChanged",
        "currentChanged",
        *layout,
    }
    odd = []
    for kind in classes():
        base = next(parent for parent in kind.__mro__ if parent.__module__.startswith("PySide6"))
        for name, value in vars(kind).items():
            public = inspect.isfunction(value) and not name.startswith("_")
            if public and hasattr(base, name) and not virtual.search(name) and name not in known:
                odd.append(f"{kind.__name__}.{name}")
    assert odd == []
