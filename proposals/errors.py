"""What an act on a proposal may be refused for. Each says it in a sentence for people."""

from collections.abc import Sequence


class ProposalRefusal(Exception):
    """Base of everything this app refuses; str() is a sentence for people."""


class ClientClosed(ProposalRefusal):
    """A closed client gets no proposals."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is closed. Re-activate the client before you send it a proposal.")


class NotYours(ProposalRefusal):
    """Something chosen belongs to another practice, another client, or is gone."""

    def __init__(self, what: str) -> None:
        super().__init__(f"This {what} cannot be used here: it is not your practice's. Choose one from the list.")


class BadTerms(ProposalRefusal):
    """Values that cannot be stored, by field."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__(" ".join(errors.values()))


class NotReady(ProposalRefusal):
    """The proposal cannot go to the client yet; one sentence per thing that is missing."""

    def __init__(self, missing: Sequence[str]) -> None:
        self.missing = list(missing)
        super().__init__(" ".join(missing))


class OfferChanged(ProposalRefusal):
    """Somebody changed the draft while its document was being made."""

    def __init__(self) -> None:
        super().__init__("Somebody changed this draft while it was being sent. Look through it again, then send it.")


class AlreadyReplaced(ProposalRefusal):
    """There is an open adjustment or renewal already."""

    def __init__(self, number: int, by: int) -> None:
        super().__init__(f"Proposal {number} is being replaced by proposal {by} already. Continue there.")


class NotRunning(ProposalRefusal):
    """Only what was signed and is not over can be adjusted, renewed, started or ended."""

    def __init__(self, number: int, act: str) -> None:
        super().__init__(f"Proposal {number} is not running, so it cannot be {act}.")


class ReasonMissing(ProposalRefusal):
    """This act is written down with its reason."""

    def __init__(self) -> None:
        super().__init__("Say why; the reason is kept with the proposal.")


class NameMissing(ProposalRefusal):
    """A signature is a name."""

    def __init__(self) -> None:
        super().__init__("Type your full name: it is your signature.")
