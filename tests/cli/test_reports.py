"""What reports say to people on the command line."""

from __future__ import annotations

import pytest

from desktop.cli.reports import say_dashboard
from desktop.regions import Region

NOTHING = {"count": 0, "amount": 0}
AMOUNTS = ("total_revenue", "collected", "refunds", "returned", "disputes", "fees", "net", "average_invoice_value")


@pytest.mark.parametrize(("provider", "written"), [("square", "ISK\u00a0500  ("), ("stripe", "ISK\u00a05  (")])
def test_sums_have_the_decimals_of_the_provider_in_whose_units_they_are(
    provider: str, written: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sums = dict.fromkeys(AMOUNTS, 500) | {
        "converted": False,
        "outstanding_invoices": NOTHING,
        "overdue_invoices": NOTHING,
        "payment_success_rate": None,
        "top_clients": [],
        "revenue_by_service": [],
    }
    answer = {"month": "2026-11", "as_of": "2026-11-22", "timezone": "UTC", "currencies": {"isk": sums}}
    say_dashboard(answer, {"isk": provider}, Region("IS"))
    assert written in capsys.readouterr().out
