"""Frozen facts that cross borders: what a ledger lists, what was agreed, what is due, what will be invoiced."""

from billing.records.agreed import EngagedTerms as EngagedTerms
from billing.records.agreed import ServiceTerms as ServiceTerms
from billing.records.agreed import pence as pence
from billing.records.due import BilledLine as BilledLine
from billing.records.due import DueLine as DueLine
from billing.records.due import Foreseen as Foreseen
from billing.records.due import RowDraft as RowDraft
from billing.records.invoiced import BillableLine as BillableLine
from billing.records.invoiced import CompletionPreview as CompletionPreview
from billing.records.invoiced import EffectiveTerms as EffectiveTerms
from billing.records.invoiced import InvoiceDraft as InvoiceDraft
from billing.records.invoiced import InvoicePreview as InvoicePreview
from billing.records.invoiced import LineDraft as LineDraft
from billing.records.invoiced import OpenHold as OpenHold
from billing.records.invoiced import Tracking as Tracking
from billing.records.listed import AccountRecord as AccountRecord
from billing.records.listed import CategoryRecord as CategoryRecord
from billing.records.listed import OptionRecord as OptionRecord
from billing.records.listed import TemplateRecord as TemplateRecord
from billing.records.sent import Attempt as Attempt
from billing.records.sent import Deviation as Deviation
from billing.records.sent import Pause as Pause
from billing.records.sent import Whereabouts as Whereabouts
