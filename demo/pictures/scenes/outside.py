"""Before anybody is at work: doors, wrong turnings, and a practice on its first day."""

from demo.pictures.camera import Shot
from demo.pictures.stage import Theatre
from demo.pictures.steps import fill, send


def strangers(theatre: Theatre) -> None:
    """Doors and wrong turnings"""
    wrong = (fill("login", "priya@northvale.example"), fill("password", "a wrong one"), send("form[method=post]"))
    theatre.shots(
        Shot("login", "/accounts/login/", who="stranger"),
        Shot("login-refused", "/accounts/login/", wrong, who="stranger"),
        Shot("password-reset", "/accounts/password/reset/", who="stranger"),
        Shot("signing-closed", "/sign/not-a-link/", who="stranger", status=404),
        Shot("invitation-closed", "/invitations/not-an-invitation/", who="stranger", status=404),
        Shot("page-not-found", "/p/nobody/", status=404),
        Shot("page-forbidden", theatre.page("clients:settings_team"), who="apprentice", status=403),
        Shot("api-docs", "/api/v1/docs/", who="owner"),
    )


def first_day(theatre: Theatre) -> None:
    """A practice on its first day"""
    pages = {
        "home-empty": "home",
        "clients-empty": "clients:list",
        "import": "clients:imports",
        "proposals-empty": "proposals:list",
        "plan-empty": "billing:plan",
        "work-empty": "billing:work",
        "invoices-empty": "billing:invoices",
        "services-empty": "billing:services",
        "contacts-empty": "xero_sync:contacts",
        "integrations-none": "xero_sync:integrations",
        "notices-empty": "notifications:list",
        "outbox-empty": "notifications:outbox",
    }
    theatre.shots(*(Shot(name, theatre.empty_page(route), who="newcomer") for name, route in pages.items()))
