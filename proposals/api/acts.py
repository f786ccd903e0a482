"""Acts on a proposal, under the nouns that the pages use."""

from drf_spectacular.utils import extend_schema
from rest_framework import status

from clients.access import Action
from proposals import operations
from proposals.api.serializers import EndBody, ProposalDetailSerializer, ReasonBody, StartBody
from proposals.api.views import Act


@extend_schema(methods=["POST"], request=None)
class Sending(Act):
    """Send it to the signatory."""

    actions = {"POST": Action.SEND_PROPOSALS}
    operation = operations.send


@extend_schema(methods=["POST"], request=None)
class Reversion(Act):
    """Take a pending proposal back to a draft; its links stop working."""

    actions = {"POST": Action.SEND_PROPOSALS}
    operation = operations.revert


@extend_schema(methods=["POST"], request=ReasonBody)
class Loss(Act):
    """Mark a pending proposal as lost."""

    actions = {"POST": Action.SEND_PROPOSALS}
    operation = operations.mark_lost
    body_class = ReasonBody


@extend_schema(methods=["POST"], request=ReasonBody)
class Acceptance(Act):
    """Accept on the client's behalf."""

    actions = {"POST": Action.ACCEPT_ON_BEHALF}
    operation = operations.accept_on_behalf
    body_class = ReasonBody


@extend_schema(methods=["POST"], request=StartBody)
class Start(Act):
    """Confirm from which month a signed proposal bills."""

    actions = {"POST": Action.SEND_PROPOSALS}
    operation = operations.confirm_start
    body_class = StartBody


@extend_schema(methods=["POST"], request=EndBody)
class Ending(Act):
    """End a running proposal with its last month."""

    actions = {"POST": Action.SEND_PROPOSALS}
    operation = operations.end
    body_class = EndBody


@extend_schema(methods=["POST"], request=None, responses={201: ProposalDetailSerializer})
class Adjustment(Act):
    """A draft that changes a running proposal."""

    actions = {"POST": Action.PROPOSALS}
    operation = operations.adjust
    answer = status.HTTP_201_CREATED


@extend_schema(methods=["POST"], request=None, responses={201: ProposalDetailSerializer})
class Renewal(Act):
    """A draft that replaces a running proposal as a whole."""

    actions = {"POST": Action.PROPOSALS}
    operation = operations.renew
    answer = status.HTTP_201_CREATED


@extend_schema(methods=["POST"], request=None, responses={201: ProposalDetailSerializer})
class Duplication(Act):
    """A draft like it."""

    actions = {"POST": Action.PROPOSALS}
    operation = operations.duplicate
    answer = status.HTTP_201_CREATED
