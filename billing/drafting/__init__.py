"""From what was agreed to what is billed. Pure: no queries, no clock, no settings; frozen records in and out."""

from billing.drafting.changes import change_type as change_type
from billing.drafting.changes import row_drafts as row_drafts
from billing.drafting.invoices import invoice_drafts as invoice_drafts
from billing.drafting.lines import alignment_amount as alignment_amount
from billing.drafting.lines import plan_lines as plan_lines
from billing.drafting.references import invoice_reference as invoice_reference
from billing.drafting.references import posting_status as posting_status
from billing.drafting.references import terms_sentence as terms_sentence
from billing.drafting.tracking import slots as slots
