"""A billing month in an address."""

from datetime import date, datetime

from django.urls import register_converter


class MonthConverter:
    """A billing month as 2026-10."""

    regex = r"(?:19|2[0-9])[0-9]{2}-(?:0[1-9]|1[0-2])"
    example = date(2026, 9, 1)

    def to_python(self, value: str) -> date:
        return datetime.strptime(value, "%Y-%m").date()  # noqa: DTZ007  # a month has no zone

    def to_url(self, value: date) -> str:
        return f"{value:%Y-%m}"


register_converter(MonthConverter, "month")
