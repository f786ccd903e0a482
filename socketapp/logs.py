import re
from typing import Any

import structlog

CHATTY = ("weasyprint", "fontTools")  # a line per step of every document
SIGNING_ADDRESS = re.compile(r"(/sign/)[^/\s\"']+")


def hide_signing_tokens(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Whoever holds the address of a signing page may sign, so no log keeps one."""
    for key, value in event.items():
        if isinstance(value, str) and "/sign/" in value:
            event[key] = SIGNING_ADDRESS.sub(r"\1…", value)
    return event


PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    hide_signing_tokens,
]


def logging_settings(*, level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING: one line per event on stderr, as text or as JSON, with the ids of the request or the task."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *PROCESSORS,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    line = {"()": structlog.stdlib.ProcessorFormatter, "processor": renderer, "foreign_pre_chain": PROCESSORS}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {name: {"level": "ERROR"} for name in CHATTY},
        "root": {"handlers": ["stderr"], "level": level},
    }
