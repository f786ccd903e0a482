"""Which tracking option stands for each of our people."""

from collections.abc import Iterable
from typing import Any

from django import forms

from billing.forms.services import options
from billing.models import OwnerTracking, TrackingOption
from clients.models import Membership, Practice


class PeopleForm(forms.Form):
    """The tracking option of each person of the team: one field a person, named by the membership's id."""

    def __init__(self, *args: Any, practice: Practice, people: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = list(options(practice.pk, None))
        kept = OwnerTracking.objects.for_practice(practice).select_related("option__category")
        chosen = {row.membership_id: row.option for row in kept}
        self.people = {f"person_{each.pk}": each for each in people}
        self.known = {str(each.pk): each for each in [*usable, *chosen.values()]}
        self.is_offered = bool(self.known)
        offered = [("", "None"), *((str(each.pk), str(each)) for each in usable)]
        for name, person in self.people.items():
            option = chosen.get(person.pk)
            self.fields[name] = forms.ChoiceField(
                label=person.name,
                required=False,
                choices=[*offered, *_gone(option, usable)],
                initial=str(option.pk) if option else "",
            )

    def changes(self) -> dict[Membership, TrackingOption | None]:
        """Person → option, for those that were changed."""
        return {self.people[name]: self.known.get(self.cleaned_data[name]) for name in self.changed_data}


def _gone(option: TrackingOption | None, usable: list[TrackingOption]) -> list[tuple[str, str]]:
    """What is chosen already stays a choice when the ledger offers it no more."""
    return [(str(option.pk), f"{option} (archived)")] if option and option not in usable else []
