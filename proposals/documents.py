"""Proposals as PDF. The only module that knows WeasyPrint and pypdf, which are loaded when the first is made.

A document may show our own style sheet and fonts and nothing else: whatever else it asks for ends the rendering, so no
text of a client can make the server read a file or call an address.
"""

import hashlib
from functools import cache
from importlib import import_module
from io import BytesIO
from types import ModuleType
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from proposals import drafting
from proposals.records import Certificate, Offer

BASE = "https://assets.invalid/"
STYLE = "document.css"
FONTS = "vendor/fonts/"
TYPES = {".css": "text/css", ".woff2": "font/woff2"}
INSTALL = "apt-get install libpangoft2-1.0-0 libharfbuzz-subset0"


class DocumentsUnavailable(Exception):
    """The PDF library is not installed on this machine."""

    def __init__(self) -> None:
        super().__init__(
            f"PDFs cannot be made on this machine, because Pango is not installed. Run “{INSTALL}”, then try again."
        )


def offer_pdf(offer: Offer) -> bytes:
    """The proposal as the client is asked to sign it."""
    groups = drafting.fee_groups(offer)
    context = {
        "offer": offer,
        "fees": [fee for group in groups for fee in group.fees],
        "groups": groups,
        "introduction": drafting.letter_blocks(offer.introduction),
        "letter": drafting.letter_blocks(offer.letter),
    }
    return _pdf("pdf/proposal.html", context)


def signed_pdf(offer: bytes, certificate: Certificate) -> bytes:
    """The very bytes that were offered, and behind them, as a PDF update, the certificate of signing."""
    page = _pdf("pdf/certificate.html", {"certificate": certificate, "size": len(offer)})
    pypdf = import_module("pypdf")
    writer, signed = pypdf.PdfWriter(BytesIO(offer), incremental=True), BytesIO()
    writer.append_pages_from_reader(pypdf.PdfReader(BytesIO(page)))
    writer.write(signed)
    return signed.getvalue()


def sha256(content: bytes) -> str:
    """The fingerprint of exactly these bytes."""
    return hashlib.sha256(content).hexdigest()


def _pdf(template: str, context: dict[str, Any]) -> bytes:
    html = render_to_string(template, context)
    library = _library()
    document = library.HTML(string=html, base_url=BASE, url_fetcher=_fetcher(library)(allowed_protocols={"data"}))
    written: bytes = document.write_pdf(pdf_identifier=sha256(html.encode())[:32].encode())
    return written


@cache
def _library() -> ModuleType:
    """WeasyPrint, which takes half a second to load and needs Pango."""
    try:
        return import_module("weasyprint")
    except OSError as problem:
        raise DocumentsUnavailable from problem


@cache
def _fetcher(library: ModuleType) -> type:
    """A fetcher of `data:` addresses and our own assets; it never opens a connection or a file named by a document."""
    urls = import_module(f"{library.__name__}.urls")

    class Assets(urls.URLFetcher):  # type: ignore[misc, name-defined]  # the library is loaded late
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            content, kind = _asset(url)
            if not content:
                raise urls.FatalURLFetchingError(f"A document may not ask for {url[:100]}")
            return urls.URLFetcherResponse(url, content, {"Content-Type": kind}, 200)

    return Assets


def _asset(url: str) -> tuple[bytes, str]:
    """One of our own files: the style sheet, or a font named without any path of its own."""
    name = url.removeprefix(BASE)
    is_font = name.startswith(FONTS) and "/" not in name.removeprefix(FONTS) and name.endswith(".woff2")
    if not url.startswith(BASE) or not (name == STYLE or is_font):
        return b"", ""
    file = settings.BASE_DIR / "static" / name
    return (file.read_bytes(), TYPES[file.suffix]) if file.is_file() else (b"", "")
