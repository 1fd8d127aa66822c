"""The card at the right: top paying clients and revenue by service type, changed where they stand as figures change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.accessibility import named
from desktop.ui.pages.dashboard.wording import definition_of
from desktop.ui.text import PlainLabel, clean, set_tip
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.progress import Bar
from desktop.ui.widgets.surfaces import Card, ScrollColumn, line
from desktop.ui.wording import money_text

if TYPE_CHECKING:
    from desktop.queries.revenue_split import ServiceAmount
    from desktop.reports.dashboard import CurrencyDashboard

#: Rows that are shown before a person asks for all.
_CLIENTS: Final = 5
_SERVICES: Final = 6
_AIR: Final = 6


class _ClientRow(QPushButton):
    """One client and what they paid; opens those payments. Signals: ``client_asked`` with the client's id."""

    client_asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._client = 0
        self.setProperty("look", "row")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._height = theme.px(36)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        layout = self._row = QHBoxLayout(self)
        layout.setContentsMargins(theme.px(_AIR), 0, theme.px(_AIR), 0)
        layout.setSpacing(theme.px(8))
        self._name = PlainLabel("", elide=True)
        self._amount = PlainLabel("")
        for label in (self._name, self._amount):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout.addWidget(self._name, 1)
        layout.addWidget(self._amount)
        self.clicked.connect(self._on_clicked)

    def sizeHint(self) -> QSize:
        return QSize(self._row.sizeHint().width(), self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._row.minimumSize().width(), self._height)

    def show_client(self, client: int, name: str, amount: str) -> None:
        self._client = client
        self._name.set_text(name)
        self._amount.set_text(amount)
        self.setAccessibleName(clean(f"{name}, {amount}"))
        set_tip(self, name)

    @Slot()
    def _on_clicked(self) -> None:
        self.client_asked.emit(self._client)


class _ServiceRow(QPushButton):
    """One service, what it brought, and a bar of its share of the largest; opens what it is made of.

    Signals: ``service_asked`` with its ``ServiceAmount``.
    """

    service_asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._service: ServiceAmount | None = None
        self.setProperty("look", "row")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._on_clicked)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(_AIR), theme.px(3), theme.px(_AIR), theme.px(6))
        column.setSpacing(theme.px(5))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self._name = PlainLabel("", elide=True)
        self._amount = PlainLabel("", tone="text-2")
        row.addWidget(self._name, 1)
        row.addWidget(self._amount)
        column.addLayout(row)
        self._bar = Bar(theme, "")
        column.addWidget(self._bar)
        for shown in (self._name, self._amount, self._bar):
            shown.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return self._column.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._column.minimumSize()

    @Slot()
    def _on_clicked(self) -> None:
        self.service_asked.emit(self._service)

    def show_service(self, service: ServiceAmount, name: str, amount: str, share: float) -> None:
        self._service = service
        set_tip(self, name)
        self._name.set_text(name)
        self._amount.set_text(amount)
        self._bar.show_share(share)
        self._bar.setAccessibleName(clean(name))
        self.setAccessibleName(clean(f"{name}, {amount}"))


class _Head(QWidget):
    """A list's title, with the link to the rest of it. Signals: ``toggled`` when all or few are wanted."""

    toggled = Signal()

    def __init__(self, theme: Theme, title: str, definition: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(_AIR), 0, theme.px(_AIR), 0)
        self._title = title
        self._label = PlainLabel(title, strong=True, elide=True)
        set_tip(self, definition)
        self.setAccessibleDescription(definition)
        self.setAccessibleName(title)
        self._button = Button(theme, "", look="link")
        self._button.clicked.connect(self.toggled)
        row.addWidget(self._label, 1)
        row.addWidget(self._button)
        self.setMinimumHeight(theme.px(24))

    def show_count(self, count: int, few: int, *, every: bool) -> None:
        self._button.setVisible(count > few)
        text = translate("Dashboard", "Show fewer") if every else translate("Dashboard", "Show all {0}").format(count)
        self._button.set_text(text)
        named(self._button, f"{text}: {self._title}")


class PeopleAndServices(Card):
    """Who paid and for what.

    Signals: ``client_asked`` with a client's id, ``clients_asked`` for all who paid, ``service_asked`` with a
    ``ServiceAmount``.
    """

    client_asked = Signal(object)
    clients_asked = Signal()
    service_asked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        # Rows reach a little beyond their text, so that there is air around it where the pointer lights them up.
        super().__init__(theme, padding=16 - _AIR, parent=parent)
        self._scroll = ScrollColumn(theme)
        self.body.addWidget(self._scroll)
        column = self._scroll.body
        self._theme = theme
        self._every_client = self._every_service = False
        self._part: CurrencyDashboard | None = None
        self._client_rows: list[tuple[QWidget, _ClientRow]] = []
        self._service_rows: list[_ServiceRow] = []
        clients = translate("Dashboard", "Top 10 paying clients")
        services = translate("Dashboard", "Revenue by service type")
        self.setAccessibleName(f"{clients}, {services}")
        self.setMinimumWidth(theme.px(240))
        column.setSpacing(0)
        self._client_head = _Head(theme, clients, definition_of("top_clients"))
        self._client_head.toggled.connect(self._on_clients)
        self._client_none = PlainLabel("", tone="text-3", wrap=True)
        self._client_none.setContentsMargins(theme.px(_AIR), theme.px(_AIR), 0, 0)
        self._client_column = QVBoxLayout()
        self._client_column.setSpacing(0)
        every = translate("Dashboard", "Everyone who paid")
        self.everyone = Button(theme, every, look="link")
        self.everyone.setAccessibleDescription(
            translate("Dashboard", "Opens the clients who paid in this month, the largest first")
        )
        self.everyone.clicked.connect(self.clients_asked)
        self._service_head = _Head(theme, services, definition_of("services"))
        self._service_head.toggled.connect(self._on_services)
        self._service_none = PlainLabel("", tone="text-3", wrap=True)
        self._service_none.setContentsMargins(theme.px(_AIR), 0, 0, 0)
        self._service_column = QVBoxLayout()
        self._service_column.setSpacing(0)
        gap = theme.px(8)
        column.addWidget(self._client_head)
        column.addSpacing(gap)
        column.addLayout(self._rule())
        column.addLayout(self._client_column)
        column.addWidget(self._client_none)
        link = QHBoxLayout()
        link.setContentsMargins(theme.px(_AIR), theme.px(4), theme.px(_AIR), 0)
        link.addWidget(self.everyone)
        link.addStretch(1)
        column.addLayout(link)
        column.addSpacing(theme.px(14))
        column.addWidget(self._service_head)
        column.addSpacing(gap)
        column.addLayout(self._service_column)
        column.addWidget(self._service_none)
        column.addStretch(1)

    def _rule(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(self._theme.px(_AIR), 0, self._theme.px(_AIR), 0)
        row.addWidget(line())
        return row

    def show_part(self, part: CurrencyDashboard) -> None:
        """Show one currency's lists."""
        self._part = part
        self._show_clients(part)
        self._show_services(part)
        self._make_room()

    def _make_room(self) -> None:
        """The short lists are always whole; where a person asked for all, what does not fit scrolls."""
        if not (self._every_client or self._every_service):
            for column in (self._client_column, self._service_column, self._scroll.body):
                # A row that was hidden tells only the outermost of nested layouts, and that one asks the others.
                column.invalidate()
            self._scroll.setMinimumHeight(self._scroll.body.sizeHint().height())

    def _show_clients(self, part: CurrencyDashboard) -> None:
        shown = part.top_clients if self._every_client else part.top_clients[:_CLIENTS]
        while len(self._client_rows) < len(shown):
            row = _ClientRow(self._theme)
            row.client_asked.connect(self.client_asked)
            holder = QWidget()
            column = QVBoxLayout(holder)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            if self._client_rows:
                column.addLayout(self._rule())
            column.addWidget(row)
            self._client_column.addWidget(holder)
            self._client_rows.append((holder, row))
        for index, (holder, row) in enumerate(self._client_rows):
            holder.setVisible(index < len(shown))
            if index < len(shown):
                one = shown[index]
                row.show_client(one.client_id, client_title(one.name), self._money(part, one.amount))
        self._client_head.show_count(len(part.top_clients), _CLIENTS, every=self._every_client)
        self._client_none.setVisible(not shown)
        self.everyone.setVisible(bool(shown))
        self._client_none.set_text(translate("Dashboard", "No client has paid in this month."))

    def _show_services(self, part: CurrencyDashboard) -> None:
        services = part.revenue_by_service
        few = len(services) > _SERVICES and not self._every_service
        # What is not itemised stands last, and always.
        shown = (*services[: _SERVICES - 1], services[-1]) if few else services
        most = max((abs(one.amount) for one in services), default=0) or 1
        while len(self._service_rows) < len(shown):
            row = _ServiceRow(self._theme)
            row.service_asked.connect(self.service_asked)
            self._service_column.addWidget(row)
            self._service_rows.append(row)
        for index, row in enumerate(self._service_rows):
            row.setVisible(index < len(shown))
            if index < len(shown):
                one = shown[index]
                row.show_service(one, service_title(one), self._money(part, one.amount), max(0, one.amount) / most)
        self._service_head.show_count(len(services), _SERVICES, every=self._every_service)
        self._service_none.setVisible(not shown)
        self._service_none.set_text(translate("Dashboard", "Nothing was collected in this month."))

    @staticmethod
    def _money(part: CurrencyDashboard, amount: int) -> str:
        return money_text(amount, part.currency, part.provider)

    @Slot()
    def _on_clients(self) -> None:
        self._every_client = not self._every_client
        if self._part is not None:
            self.show_part(self._part)

    @Slot()
    def _on_services(self) -> None:
        self._every_service = not self._every_service
        if self._part is not None:
            self.show_part(self._part)


def client_title(name: str) -> str:
    """What to call a client on screen."""
    return name or translate("Dashboard", "Unnamed client")


def service_title(one: ServiceAmount) -> str:
    """What to call a service, or one of the two rows that are none."""
    if one.kind == "other":
        return translate("Dashboard", "Other items")
    if one.kind == "not_itemised":
        return translate("Dashboard", "Not itemised")
    return one.service
