"""A client's Xero tab."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clients.access import Action, PracticeRequest, practice_page
from clients.models import Client
from xero_sync.models import Connection
from xero_sync.reports import client_page
from xero_sync.reports.integration import last_connection
from xero_sync.reports.matching_queue import rows_of, with_match
from xero_sync.views.pieces import client_or_404


@practice_page(Action.CLIENTS)
@require_safe
def client_xero(request: PracticeRequest, client_id: int) -> HttpResponse:
    """Which contact this client is and how the two records compare; what was posted, for those who may bill."""
    client = client_or_404(request, client_id)
    connection = last_connection(request.practice)
    may_bill = request.may(Action.BILLING)
    context = {
        "client": client,
        "tab": "xero",
        "connection": connection,
        "may_bill": may_bill,
        "pushes": client_page.posting_history(client) if may_bill else [],
        "differences": client_page.open_differences(client) if may_bill else [],
        **(_matched(client, connection) if connection else {}),
    }
    return render(request, "xero_sync/client.html", context)


def _matched(client: Client, connection: Connection) -> dict[str, Any]:
    found = with_match(client.practice, connection.tenant_id).filter(pk=client.pk)
    rows = rows_of(client.practice, connection.tenant_id, found)
    row = rows[0] if rows else None
    fields = client_page.side_by_side(client, row.link.contact) if row and row.link else []
    return {"row": row, "fields": fields}
