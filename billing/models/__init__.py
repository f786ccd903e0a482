"""What is sold, what was agreed, what is billed each month, and the invoices that follow."""

from billing.models.catalogue import BillingMethod as BillingMethod
from billing.models.catalogue import InvoiceTemplate as InvoiceTemplate
from billing.models.catalogue import LedgerAccount as LedgerAccount
from billing.models.catalogue import PricingMenu as PricingMenu
from billing.models.catalogue import Service as Service
from billing.models.catalogue import TrackingCategory as TrackingCategory
from billing.models.catalogue import TrackingOption as TrackingOption
from billing.models.engagements import EngagedService as EngagedService
from billing.models.engagements import Engagement as Engagement
from billing.models.engagements import WorkItem as WorkItem
from billing.models.invoices import Invoice as Invoice
from billing.models.invoices import InvoiceLine as InvoiceLine
from billing.models.invoices import NumberSeries as NumberSeries
from billing.models.invoices import PostingHold as PostingHold
from billing.models.plans import BillingPlan as BillingPlan
from billing.models.plans import PlanEvent as PlanEvent
from billing.models.plans import PlanLine as PlanLine
from billing.models.plans import PlanRow as PlanRow
from billing.models.settings import BillingSettings as BillingSettings
from billing.models.settings import ClientBilling as ClientBilling
from billing.models.settings import OwnerTracking as OwnerTracking
