"""Who may do what: the one table of action × role."""

from enum import StrEnum

from clients.models import Membership, Role


class Action(StrEnum):
    """What a person or program may be allowed to do in a practice."""

    HOME = "home"
    CLIENTS = "clients"
    PROPOSALS = "proposals"
    SEND_PROPOSALS = "send_proposals"
    WORK = "work"
    BILLING = "billing"
    APPROVE = "approve"
    SETTINGS = "settings"
    AUDIT = "audit"
    ACCEPT_ON_BEHALF = "accept_on_behalf"
    OWNERSHIP = "ownership"


OWNERS = frozenset({Role.OWNER})
ADMINS = OWNERS | {Role.ADMIN}
MEMBERS = ADMINS | {Role.MEMBER}
EVERYONE = MEMBERS | {Role.APPRENTICE}

ALLOWED: dict[Action, frozenset[Role]] = {
    Action.HOME: EVERYONE,
    Action.CLIENTS: EVERYONE,
    Action.PROPOSALS: EVERYONE,
    Action.SEND_PROPOSALS: MEMBERS,
    Action.WORK: EVERYONE,
    Action.BILLING: ADMINS,
    Action.APPROVE: ADMINS,
    Action.SETTINGS: ADMINS,
    Action.AUDIT: ADMINS,
    Action.ACCEPT_ON_BEHALF: ADMINS,
    Action.OWNERSHIP: OWNERS,
}


def role_may(role: str, action: Action) -> bool:
    """The one table of action × role."""
    return role in ALLOWED[action]


def may(membership: Membership, action: Action) -> bool:
    """Whether this person may do that in their practice now."""
    return membership.left_at is None and role_may(membership.role, action)
