"""What was agreed: from the acceptance to the last billable month."""

from billing.operations.engagements.beginning import begin as begin
from billing.operations.engagements.ending import end as end
from billing.operations.engagements.standing import settle_standings as settle_standings
from billing.operations.engagements.starting import AlreadyActive as AlreadyActive
from billing.operations.engagements.starting import AlreadyEnded as AlreadyEnded
from billing.operations.engagements.starting import activate_due as activate_due
from billing.operations.engagements.starting import confirm_start as confirm_start
