"""Documents as PDF, and attack A15 on them."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from proposals import documents
from proposals.records import Certificate, LineTerms, Offer

OFFER = Offer(
    number=118, version=1, title="Proposal", practice_name="North & Vale", practice_address="4 Vale Street",
    practice_email="", practice_phone="", principal="", client_name="Halden Mill Brewing Ltd", client_address="",
    prepared_by="Tess Okafor", signatory_name="Rosalind Beck", signatory_email="rosalind@haldenmill.example",
    planned_start=date(2026, 12, 1), expires_on=date(2026, 11, 30), introduction="", letter="1. Our fees\nNet of VAT.",
    alignment_months=0, lines=(LineTerms(name="Bookkeeping", price=Decimal("280"), billing_method="monthly"),),
)  # fmt: skip
CERTIFICATE = Certificate(
    number=118, version=1,
    document_sha256="ab" * 32, signer_name="Rosalind Beck", signer_email="rosalind@haldenmill.example",
    signed_at=datetime(2026, 11, 2, 19, 42, 10, tzinfo=UTC), ip_address="192.0.2.14", user_agent="Firefox",
    consent_version="2026-09", is_on_behalf=False, by_name="", reason="",
)  # fmt: skip


def words(content: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))


def test_the_offer_names_the_parties_the_services_and_the_fees():
    text = words(documents.offer_pdf(OFFER))

    for part in (
        "North & Vale",
        "Halden Mill Brewing Ltd",
        "Rosalind Beck",
        "Bookkeeping",
        "£280.00",
        "plus VAT",
        "Our fees",
    ):
        assert part in text
    assert "Certificate" not in text


def test_the_signed_document_is_the_offer_byte_for_byte_with_the_certificate_behind_it():
    offered = documents.offer_pdf(OFFER)

    signed = documents.signed_pdf(offered, CERTIFICATE)

    pages = PdfReader(BytesIO(signed), strict=True).pages
    assert signed.startswith(offered)
    assert len(pages) == len(PdfReader(BytesIO(offered)).pages) + 1
    assert "Certificate" in pages[-1].extract_text()
    assert f"first {len(offered)} bytes" in words(signed)


def test_the_certificate_names_the_signer_the_time_the_place_and_the_fingerprint():
    text = words(documents.signed_pdf(documents.offer_pdf(OFFER), CERTIFICATE))

    for part in ("Certificate of signing", "2 November 2026 at 19:42:10 UTC", "192.0.2.14", "ab" * 32):
        assert part in text


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://169.254.169.254/",
        "https://assets.invalid/../socketapp/settings.py",
        "https://assets.invalid/vendor/fonts/../../../manage.py",
        "https://assets.invalid.evil.example/document.css",
        "ftp://127.0.0.1/x",
    ],
)
def test_a15_a_document_reads_nothing_but_our_style_sheet_and_fonts(url):
    library = documents._library()
    fetcher = documents._fetcher(library)(allowed_protocols={"data"})

    with pytest.raises(library.urls.FatalURLFetchingError):
        fetcher.fetch(url)


def test_a15_what_a_client_typed_is_text_in_the_document():
    name = '<img src="file:///etc/passwd"><style>@import "http://127.0.0.1/x";</style>'
    line = LineTerms(name=name, price=Decimal("1"), billing_method="monthly")

    text = words(
        documents.offer_pdf(Offer(**{**{field: getattr(OFFER, field) for field in Offer.__slots__}, "lines": (line,)}))
    )

    assert "file:///etc/passwd" in text
    assert "root:" not in text
