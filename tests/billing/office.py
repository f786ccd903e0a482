"""Being in the office: an HTTP client that is logged in, and reading what it gets."""

from datetime import UTC, date, datetime

SEPTEMBER = date(2026, 9, 1)
IN_SEPTEMBER = datetime(2026, 9, 20, 9, tzinfo=UTC)
IN_OCTOBER = datetime(2026, 10, 3, 9, tzinfo=UTC)


def text_of(answer):
    """The page on one line, so that a sentence is found wherever it wraps."""
    return " ".join(answer.content.decode().split())


def after(client, answer):
    """The page that a form leads to."""
    return text_of(client.get(answer.url))
