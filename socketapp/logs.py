import re
from typing import Any

import structlog

CHATTY = ("weasyprint", "fontTools")  # a line per step of every document
SLASH = r"(?:/|%2[Ff])"
SECRETS = (
    re.compile(rf"({SLASH}sign{SLASH})(?:(?!%2[Ff])[^/\s\"'?&])+"),
    re.compile(rf"({SLASH}(?:invitations|reset{SLASH}key){SLASH})(?:(?!%2[Ff])[^/\s\"'?&]){{16,}}"),
    re.compile(rf"({SLASH}xero{SLASH}callback(?:\?|%3[Ff]))[^\s\"']+"),
    re.compile(r"((?:[Bb]earer|[Bb]asic)\s+)[\w.~+/=-]+"),
    re.compile(r"(socket_)[\w-]{20,}"),
    re.compile(r"(eyJ)[\w-]+\.[\w-]+\.[\w-]*"),
)


def hide_secrets(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Whoever holds the address of a signing page may sign, and who holds a token may act: no log keeps either."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = without_secrets(value)
    return event


def without_secrets(text: str) -> str:
    """The text with … where an address or a header carried a token."""
    for secret in SECRETS:
        text = secret.sub(r"\1…", text)
    return text


PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    hide_secrets,
]


def logging_settings(*, level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING: one line per event on stderr, as text or as JSON, with the ids of the request or the task.

    A traceback names lines, never the values of variables: those hold passwords and tokens.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *PROCESSORS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    renderer = structlog.processors.JSONRenderer() if form == "json" else plain
    line = {"()": structlog.stdlib.ProcessorFormatter, "processor": renderer, "foreign_pre_chain": PROCESSORS}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {name: {"level": "ERROR"} for name in CHATTY},
        "root": {"handlers": ["stderr"], "level": level},
    }
