"""The billing plan, from the opening of its month to the last invoice in the ledger."""

from billing.models import NotDraft as NotDraft
from billing.models import NotFinalised as NotFinalised
from billing.models import PlanChanged as PlanChanged
from billing.operations.plans.approving import approve as approve
from billing.operations.plans.approving import reopen as reopen
from billing.operations.plans.drawing import draft as draft
from billing.operations.plans.looking import drift as drift
from billing.operations.plans.looking import preview as preview
from billing.operations.plans.posting import NotYetDue as NotYetDue
from billing.operations.plans.posting import PlanAltered as PlanAltered
from billing.operations.plans.posting import post_now as post_now
from billing.operations.plans.settling import settle as settle
from billing.operations.plans.settling import settle_practice as settle_practice
from billing.operations.plans.standing import ATTENTION as ATTENTION
from billing.operations.plans.standing import Standing as Standing
from billing.operations.plans.standing import standing_of as standing_of
from billing.operations.plans.ticking import raise_due as raise_due
from billing.operations.plans.ticking import tick as tick
