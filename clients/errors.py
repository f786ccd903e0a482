"""Why an act on practices, people or clients cannot be done; each says so in a sentence for people."""


class ClientsRefusal(Exception):
    """An act was refused; str() is what a page shows."""


class CompanyNumberTaken(ClientsRefusal):
    """Another client of the practice has this company number."""

    def __init__(self, number: str, name: str) -> None:
        super().__init__(f"{name} already has company number {number}. Open that client, or correct the number here.")


class BadValues(ClientsRefusal):
    """Values of a client that cannot be stored, by field."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        self.problems = problems
        super().__init__(" ".join(words for field in problems.values() for words in field))


class AlreadyClosed(ClientsRefusal):
    """Somebody closed the client before."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is closed already. Re-activate the client to choose another last billable month.")


class NotClosed(ClientsRefusal):
    """The client is open."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not closed, so there is nothing to re-activate.")


class NotYours(ClientsRefusal):
    """What was named belongs to another practice."""


class LastOwner(ClientsRefusal):
    """A practice always has an owner."""

    def __init__(self) -> None:
        super().__init__("A practice always has an owner. Make somebody else an owner first.")


class OnlyOwners(ClientsRefusal):
    """Owners are made, changed and removed by owners."""

    def __init__(self) -> None:
        super().__init__("Only an owner may make, change or remove an owner. Ask one of the owners of your practice.")


class AlreadyOnTeam(ClientsRefusal):
    """The person has a login to this practice."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is on the team already. Change the role in the list instead.")


class InvitationNotOpen(ClientsRefusal):
    """The invitation was accepted, revoked or has expired."""

    def __init__(self) -> None:
        super().__init__("This invitation is no longer open. Ask the practice to send you a new one.")


class WrongPerson(ClientsRefusal):
    """The invitation was written to somebody else."""

    def __init__(self, email: str) -> None:
        super().__init__(f"This invitation was written to {email}. Log in with that address to accept it.")


class NeedsLogin(ClientsRefusal):
    """Somebody with this e-mail has an account: they accept by logging in, never by a new password."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} has an account already. Log in with it to accept the invitation.")


class RoleTooHigh(ClientsRefusal):
    """A token may not do more than the person who makes it."""

    def __init__(self) -> None:
        super().__init__("A token may not do more than you may. Choose your own role or a lower one.")


class ImportMoved(ClientsRefusal):
    """The import is no longer in the state that this act starts from."""

    def __init__(self) -> None:
        super().__init__("This import has moved on in the meantime. The page now shows how it stands.")
