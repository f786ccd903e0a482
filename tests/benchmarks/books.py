"""Practices of any size, written straight into the database, because writing them is not what is measured."""

from datetime import UTC, date, datetime
from decimal import Decimal

from billing.models import BillingMethod, EngagedService, Engagement, LedgerAccount
from billing.operations import settings as billing_settings
from clients.models import Client, Membership, Practice
from clients.records import name_key
from tests.factories import make_account, make_member, make_practice, make_user

AT = datetime(2026, 9, 15, 9, 0, tzinfo=UTC)
LATE = datetime(2026, 10, 2, 9, 0, tzinfo=UTC)
MONTH = date(2026, 9, 1)
START = date(2026, 3, 1)
SYLLABLES = ("Al", "Ber", "Cor", "Dun", "El", "Fen", "Gar", "Hol", "In", "Jes", "Kel", "Lun", "Mar", "Nor", "Or", "Pel")
TRADES = ("Joinery Ltd", "Care Ltd", "& Sons", "Vets LLP", "Films", "Consulting Ltd", "Bakery", "Estates Ltd")


def firm_name(number: int) -> str:
    """A different invented name for each number below a million."""
    word = "".join(SYLLABLES[(number >> shift) % 16].lower() for shift in (0, 4, 8, 12, 16)).capitalize()
    return f"{word} {TRADES[number % 8]}"


def practice_with(clients: int, name: str = "Meridian") -> tuple[Practice, Membership]:
    """That many clients with two monthly services each (every tenth a quarterly one), billed since March 2026."""
    practice = make_practice(f"{name} {clients}")
    owner = make_member(practice, user=make_user(email=f"olive@{practice.slug}-{Practice.objects.count()}.example"))
    make_account(practice)
    choose_account(practice, owner, "200")
    add_clients(practice, clients)
    return practice, owner


def choose_account(practice: Practice, owner: Membership, code: str) -> None:
    """The default account of everything: the newest of this code, which is Xero's own once it has been read."""
    account = LedgerAccount.objects.for_practice(practice).filter(code=code).order_by("-pk")[0]
    values = {"recurring_account": account, "one_off_account": account, "number_prefix": "B-"}
    billing_settings.change_settings(practice=practice, values=values, by=owner.user, at=AT)


def add_clients(practice: Practice, number: int) -> list[Client]:
    already = practice.clients.count()
    names = [firm_name(already + index) for index in range(number)]
    made = Client.objects.bulk_create(
        Client(practice=practice, name=name, name_key=name_key(name), email=f"a{already + index}@firms.example")
        for index, name in enumerate(names)
    )
    _engage(practice, made)
    return made


def _engage(practice: Practice, clients: list[Client]) -> None:
    engagements = Engagement.objects.bulk_create(
        Engagement(
            practice=practice, client=client, source=f"bench:{client.pk}", number=client.pk, title="Accounts",
            planned_start=START, starts_on=START, begun_at=AT, start_confirmed_at=AT, activated_at=AT,
        )
        for client in clients
    )  # fmt: skip
    EngagedService.objects.bulk_create(
        _service(engagement, position) for engagement in engagements for position in range(2)
    )


def _service(engagement: Engagement, position: int) -> EngagedService:
    is_cyclical = position == 1 and engagement.number % 10 == 0
    return EngagedService(
        practice_id=engagement.practice_id, engagement=engagement, client_id=engagement.client_id,
        name=("Annual accounts", "Bookkeeping")[position], description="As agreed", starts_on=START, anchor=START,
        price=Decimal(50 + engagement.number % 300), position=position,
        billing_method=BillingMethod.QUARTERLY if is_cyclical else BillingMethod.MONTHLY,
    )  # fmt: skip
