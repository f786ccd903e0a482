"""What a form says of a value that it cannot take. Django's stock sentences say what; ours also say what to do."""

from django import forms
from django.core import validators
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList

Kind = type[forms.Field]

REQUIRED: tuple[tuple[Kind, str], ...] = (  # the first that fits
    (forms.MultipleChoiceField, "Nothing is ticked, and one is needed. Tick at least one."),
    (forms.ChoiceField, "Nothing is chosen, and it is needed. Choose from the list."),
    (forms.ModelChoiceField, "Nothing is chosen, and it is needed. Choose from the list."),
    (forms.BooleanField, "It does not go on without this. Tick it if it is so."),
    (forms.FileField, "No file is chosen. Choose one, then try again."),
    (forms.DateField, "The day is missing. Choose one, or type it as 31/10/2026."),
    (forms.DecimalField, "The number is missing. Type it in figures, for example 120.00."),
    (forms.IntegerField, "The number is missing. Type it in figures, for example 14."),
    (forms.Field, "This is empty, and it is needed. Fill it in."),
)
INVALID: tuple[tuple[Kind, str], ...] = (
    (forms.DecimalField, "This is not a number. Type figures only, for example 120.00."),
    (forms.IntegerField, "This is not a whole number. Type figures only, for example 14."),
    (forms.DateField, "This is not a day of the calendar. Choose one, or type it as 31/10/2026."),
    (forms.EmailField, "This is not an e-mail address, so nothing would arrive. Write it as name@firm.co.uk."),
)
GONE = "This is not on the list, or not any more. Choose again from the list as it is now."
SENTENCES = {
    "invalid_choice": GONE,
    "invalid_list": GONE,
    "invalid_pk_value": GONE,
    "max_length": "This is {show_value} characters long, and {limit_value} fit. Shorten it.",
    "min_value": "This is too little. Give {limit_value} or more.",
    "max_value": "This is too much. Give {limit_value} or less.",
    "max_decimal_places": "This has more than {max} figures after the point. Round it.",
    "max_digits": "This number is too large. Give one of at most {max} figures.",
    "max_whole_digits": "This number is too large. Give one of at most {max} figures before the point.",
    "null_characters_not_allowed": "This contains a sign that cannot be stored. Type it anew.",
}


def in_words(errors: ErrorList, field: forms.BoundField | None = None) -> str:
    """The errors of a field in one text. What the form says itself stays as it is."""
    kind = field.field if field is not None else None
    return " ".join(_sentence(error, kind) for error in errors.as_data())


def _sentence(error: ValidationError, field: forms.Field | None) -> str:
    known = _known(error, field) if _is_stock(error, field) else ""
    return known.format(**(error.params or {})) if known else " ".join(error.messages)


def _known(error: ValidationError, field: forms.Field | None) -> str:
    by_kind = {"required": REQUIRED, "invalid": INVALID}.get(error.code or "")
    if by_kind is None:
        return SENTENCES.get(error.code or "", "")
    shown = field or forms.CharField()
    return next((words for kind, words in by_kind if isinstance(shown, kind)), "")


def _is_stock(error: ValidationError, field: forms.Field | None) -> bool:
    """Whether the sentence is Django's own. A form that has better words gave them to its field."""
    message, code = str(error.message), error.code or ""
    return _is_of_field(message, code, field) or _is_of_validator(message, code, field)


def _is_of_field(message: str, code: str, field: forms.Field | None) -> bool:
    kinds = type(field).__mro__ if field is not None else (forms.Field,)
    return any(str(getattr(kind, "default_error_messages", {}).get(code, "")) == message for kind in kinds)


def _is_of_validator(message: str, code: str, field: forms.Field | None) -> bool:
    if code == "invalid":
        return message == str(validators.EmailValidator.message)
    return code in SENTENCES and (field is None or code not in field.error_messages)
