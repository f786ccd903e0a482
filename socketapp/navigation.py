"""Where one can go: the entries of the navigation, in their groups, each with what one must be allowed to do."""

from dataclasses import dataclass

from clients.access import Action


@dataclass(frozen=True)
class Door:
    """An entry of the navigation before it is known who looks at it."""

    label: str
    icon: str
    route: str
    action: Action
    key: str = ""
    under: str = ""  # its pages lie below this address of the practice, when not below its own
    count: str = ""
    tone: str = ""
    words: str = ""


NAVIGATION: tuple[tuple[str, tuple[Door, ...]], ...] = (
    (
        "",
        (
            Door("Home", "home", "home", Action.HOME, key="h"),
            Door("Clients", "users", "clients:list", Action.CLIENTS, key="c"),
            Door("Proposals", "file-text", "proposals:list", Action.PROPOSALS),
        ),
    ),
    (
        "Billing",
        (
            Door("Billing plan", "calendar-dollar", "billing:plan", Action.BILLING, key="b"),
            Door("Work Management", "checklist", "billing:work", Action.WORK, key="w", count="work", words="to do"),
            Door(
                "Invoices to fix",
                "alert-circle",
                "billing:failures",
                Action.BILLING,
                count="refused",
                tone="bad",
                words="held",
            ),
            Door("Invoices", "receipt", "billing:invoices", Action.BILLING),
        ),
    ),
    (
        "foot",
        (
            Door("Services & pricing", "tag", "billing:services", Action.SETTINGS),
            Door("Practice settings", "settings", "clients:settings_practice", Action.SETTINGS, under="settings/"),
            Door("Integrations", "plug-connected", "xero_sync:integrations", Action.SETTINGS),
        ),
    ),
)
