"""One organisation's books, through Xero's official SDK.

The SDK builds addresses, parameters and headers; how requests travel and what answers mean is ours, because the SDK
repeats PUTs, sleeps on limits, shares one configuration between threads and drops whole pages over one unknown word.
https://developer.xero.com/documentation/api/accounting/overview
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient, Configuration
from xero_python.api_client.oauth2 import OAuth2Token

from billing.records import AccountRecord, CategoryRecord, TemplateRecord
from xero_sync.errors import Cause, ConnectionLost, OutcomeUnknown, Scope, TryLater
from xero_sync.gateway import reading
from xero_sync.gateway.failures import failed_elements, limits_of, parsed
from xero_sync.gateway.wire import NO_WHOLE_REPLY, NOT_SENT, WHOLE_SECONDS, Deadline, RawReply, Wire
from xero_sync.records import (
    BatchReply,
    ContactPage,
    ContactRecord,
    Json,
    LedgerInvoice,
    Limits,
    OrganisationRecord,
    TaxRateRecord,
)

PAGE_SIZE = 1000
UNREACHABLE_SECONDS = 15.0


class WrongTenant(Exception):
    """Bytes written for one organisation were about to go to another."""


def _api(access_token: str, seconds: float) -> AccountingApi:
    """An API object of its own: own configuration, own token, a transport that never repeats."""
    configuration = Configuration()
    configuration.oauth2_token = OAuth2Token()
    client = ApiClient(configuration)
    client.rest_client = Wire(configuration, Deadline(seconds))
    token = {"access_token": access_token, "scope": [], "expires_in": 1800, "token_type": "Bearer"}
    client.oauth2_token_getter(lambda: token)
    return AccountingApi(client, base_url=f"{settings.XERO_API_URL}/api.xro/2.0")


class XeroGateway:
    """See `xero_sync.ports.Gateway`. `seconds` bounds each call, its reply included."""

    def __init__(self, tenant_id: str, access_token: str, *, seconds: float = WHOLE_SECONDS) -> None:
        self.tenant_id = tenant_id
        self.limits = Limits()
        self._api = _api(access_token, seconds)
        self._correlation_id = ""

    def organisation(self) -> OrganisationRecord:
        return reading.organisation(self._call(self._api.get_organisations))

    def tax_rates(self) -> dict[str, TaxRateRecord]:
        return reading.tax_rates(self._call(self._api.get_tax_rates))

    def accounts(self, tax_rates: dict[str, TaxRateRecord]) -> list[AccountRecord]:
        return reading.accounts(self._call(self._api.get_accounts), tax_rates)

    def templates(self) -> list[TemplateRecord]:
        return reading.templates(self._call(self._api.get_branding_themes))

    def tracking_categories(self) -> list[CategoryRecord]:
        document = self._call(self._api.get_tracking_categories, include_archived="true")
        return reading.tracking_categories(document)

    def contacts(self, *, page: int, changed_since: datetime | None) -> ContactPage:
        """Archived ones included: without them an archived contact just stops appearing."""
        wanted: dict[str, Any] = {"page": page, "page_size": PAGE_SIZE, "include_archived": "true"}
        if changed_since:
            wanted["if_modified_since"] = changed_since.replace(microsecond=0)
        document = self._call(self._api.get_contacts, **wanted)
        found = tuple(reading.contact(row) for row in reading.rows(document, "Contacts"))
        told: Any = document.get("pagination")
        told = told if isinstance(told, dict) else {}
        pages = told.get("pageCount")
        is_last = page >= pages if isinstance(pages, int) else len(found) < PAGE_SIZE
        return ContactPage(found, is_last, told.get("itemCount"))

    def contacts_by_id(self, external_ids: Sequence[str]) -> list[ContactRecord]:
        document = self._call(
            self._api.get_contacts, i_ds=list(external_ids), page=1, page_size=PAGE_SIZE, include_archived="true"
        )
        return [reading.contact(row) for row in reading.rows(document, "Contacts")]

    def contact_numbered(self, contact_number: str) -> ContactRecord | None:
        """The contact that carries our client id, whatever its status; None where there is none."""
        where = f'ContactNumber=="{contact_number}"'
        document = self._call(self._api.get_contacts, where=where, page=1, page_size=100, include_archived="true")
        found = [reading.contact(row) for row in reading.rows(document, "Contacts")]
        return next((one for one in found if one.contact_number == contact_number), None)

    def unarchive_contact(self, external_id: str, *, idempotency_key: str) -> ContactRecord:
        """The one change we make to a contact that exists, and only when a person asks for it."""
        change = {"Contacts": [{"ContactID": external_id, "ContactStatus": "ACTIVE"}]}
        document = self._call(self._api.update_contact, external_id, change, idempotency_key=idempotency_key)
        found = [reading.contact(row) for row in reading.rows(document, "Contacts")]
        if not found:
            raise OutcomeUnknown("Xero did not say what became of the contact.", http_status=200)
        return found[0]

    def delete_draft(self, external_id: str, *, idempotency_key: str) -> None:
        """Delete one draft, by its id alone.

        https://developer.xero.com/documentation/api/accounting/invoices#deleting-and-voiding-invoices
        """
        change = {"Invoices": [{"InvoiceID": external_id, "Status": "DELETED"}]}
        self._call(self._api.update_invoice, external_id, change, idempotency_key=idempotency_key)

    def create_contacts(self, body: bytes, *, tenant_id: str, idempotency_key: str) -> BatchReply:
        self._require(tenant_id)
        return self._create("Contacts", self._api.create_contacts, body, idempotency_key)

    def create_invoices(self, body: bytes, *, tenant_id: str, idempotency_key: str) -> BatchReply:
        """PUT: a number that exists is refused; POST would overwrite the practice's invoice."""
        self._require(tenant_id)
        return self._create("Invoices", self._api.create_invoices, body, idempotency_key)

    def _create(self, name: str, method: Callable[..., RawReply], body: bytes, key: str) -> BatchReply:
        reply = self._sent(method, body, summarize_errors="false", idempotency_key=key)
        failed = failed_elements(reply)
        document = {name: failed} if failed else parsed(reply)
        return reading.batch(document, name, self._correlation_id)

    def invoices_numbered(self, numbers: Sequence[str]) -> list[LedgerInvoice]:
        document = self._call(self._api.get_invoices, invoice_numbers=list(numbers), page=1, page_size=PAGE_SIZE)
        return [reading.invoice(row) for row in reading.rows(document, "Invoices")]

    def invoices_of_our_app(self, *, page: int, changed_since: datetime) -> tuple[list[LedgerInvoice], bool]:
        document = self._call(
            self._api.get_invoices,
            if_modified_since=changed_since.replace(microsecond=0),
            created_by_my_app="true",
            page=page,
            page_size=PAGE_SIZE,
        )
        found = reading.rows(document, "Invoices")
        return [reading.invoice(row) for row in found], len(found) < PAGE_SIZE

    def _require(self, tenant_id: str) -> None:
        if tenant_id != self.tenant_id:
            raise WrongTenant(f"Written for {tenant_id}, about to go to {self.tenant_id}.")

    def _call(self, method: Callable[..., RawReply], *args: Any, **named: Any) -> Json:
        """One request and what its answer means, in our own four words."""
        return parsed(self._sent(method, *args, **named))

    def _sent(self, method: Callable[..., RawReply], *args: Any, **named: Any) -> RawReply:
        """One request and its whole answer, whatever it says. Without one, what is left of the limits is not known."""
        self.limits = Limits()
        try:
            reply = method(self.tenant_id, *args, _preload_content=False, **named)
        except NOT_SENT as error:
            raise TryLater(UNREACHABLE_SECONDS, Scope.UNREACHABLE, "Xero could not be reached.") from error
        except NO_WHOLE_REPLY as error:
            raise OutcomeUnknown(f"Xero's answer did not arrive ({type(error).__name__}).") from error
        self.limits = limits_of(reply.headers)
        self._correlation_id = reply.headers.get("Xero-Correlation-Id", "")
        return reply


def open_gateway(tenant_id: str, access_token: str) -> XeroGateway:
    """What `settings.XERO_GATEWAY` names."""
    if not access_token:
        raise ConnectionLost(Cause.GRANT, "There is no access token.")
    return XeroGateway(tenant_id, access_token)
