"""Forms about people."""

from typing import Any

from django import forms

from clients.models import Role

ROLES = [(role.value, role.label) for role in (Role.APPRENTICE, Role.MEMBER, Role.ADMIN, Role.OWNER)]
LIFETIMES = [(30, "30 days"), (90, "90 days"), (365, "1 year")]


class InviteForm(forms.Form):
    email = forms.EmailField(max_length=254, label="E-mail address")
    name = forms.CharField(max_length=150, required=False)
    role = forms.ChoiceField(choices=ROLES, initial=Role.MEMBER)


class PersonForm(forms.Form):
    name = forms.CharField(max_length=150)
    email = forms.EmailField(max_length=254, required=False, label="E-mail address")


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


class AcceptForm(forms.Form):
    name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        max_length=128,
        strip=False,
        help_text="At least 10 characters. Three words are easier to remember than one strange one.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ProfileForm(forms.Form):
    name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    has_shortcuts = forms.BooleanField(
        required=False,
        label="Single-letter shortcuts",
        help_text="Such as / for search and j and k for the next and previous row. Press ? to see them all.",
    )


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100, help_text="Which program it is for, as “Practice manager sync”.")
    role = forms.ChoiceField(choices=ROLES, initial=Role.MEMBER, help_text="The program may do what this role may.")
    days = forms.TypedChoiceField(choices=LIFETIMES, coerce=int, initial=90, label="Valid for")

    def clean_name(self) -> Any:
        return self.cleaned_data["name"].strip()
