"""All routes of the product, walked from the URLconf."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern

OWN_PERMISSION = ("admin:",)  # Django's admin asks by itself, model by model
EXAMPLES = {"int": 1, "str": "x", "slug": "x", "uuid": "00000000-0000-0000-0000-000000000001", "path": "x", "month": ""}


@dataclass(frozen=True)
class Route:
    name: str
    view: Callable[..., Any]
    converters: dict[str, Any]

    @property
    def is_of_a_practice(self) -> bool:
        return "practice" in self.converters

    def path(self, practice: str) -> str:
        """Its address in this practice, with made-up ids of things that do not exist."""
        values = {name: example(converter) for name, converter in self.converters.items()}
        return reverse(self.name, kwargs={**values, **({"practice": practice} if self.is_of_a_practice else {})})


def example(converter: Any) -> Any:
    """A converter of our own offers an example; Django's have these."""
    kind = type(converter).__name__.removesuffix("Converter").lower()
    return getattr(converter, "example", EXAMPLES.get(kind, "x"))


def routes() -> list[Route]:
    found = list(walk(get_resolver().url_patterns, "", {}))
    return [route for route in found if not route.name.startswith(OWN_PERMISSION)]


def walk(patterns: list[Any], namespace: str, converters: dict[str, Any]) -> Iterator[Route]:
    for pattern in patterns:
        own = pattern.pattern.converters if isinstance(pattern.pattern, RoutePattern) else {}
        both = {**converters, **own}
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, inner, both)
        elif isinstance(pattern, URLPattern):
            yield Route(f"{namespace}{pattern.name or pattern.pattern}", pattern.callback, both)


def name_of(route: Route) -> str:
    return route.name
