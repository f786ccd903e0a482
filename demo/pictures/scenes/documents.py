"""What leaves the house: every e-mail that was written, every page of a PDF."""

import shutil
import subprocess
from html import escape

from demo.examples import example
from demo.pictures.stage import Theatre
from notifications.models import Message
from proposals.models import ProposalDocument
from socketapp.settings import BASE_DIR


def letters(theatre: Theatre) -> None:
    """Each kind of e-mail: as it was written to somebody, else with invented facts"""
    folders = sorted(folder.name for folder in (BASE_DIR / "templates" / "emails").iterdir() if folder.is_dir())
    written = Message.objects.for_practice(theatre.practice)
    for slug in folders:
        shown = written.filter(slug=slug).exclude(html="").first() or example(slug)
        theatre.camera.take_letter(f"email-{slug}", shown.html)
        theatre.camera.take_letter(f"email-{slug}-text", as_page(shown.text))


def as_page(text: str) -> str:
    """The text part of an e-mail, as a mail program without HTML shows it."""
    style = "margin:24px;font:14px/1.5 monospace;white-space:pre-wrap;overflow-wrap:anywhere"
    return f'<!doctype html><meta name="color-scheme" content="light dark"><pre style="{style}">{escape(text)}</pre>'


def papers(theatre: Theatre) -> None:
    """Each page of the documents, where pdftoppm is installed"""
    if shutil.which("pdftoppm") is None:
        print("         pdftoppm is not installed (poppler-utils); no pictures of documents")
        return
    for kind in ProposalDocument.Kind.values:
        stored = ProposalDocument.objects.for_practice(theatre.practice).filter(kind=kind).order_by("-pk").first()
        if stored:
            picture(theatre, f"pdf-{kind}", bytes(stored.content))


def picture(theatre: Theatre, name: str, content: bytes) -> None:
    target = theatre.camera.folder / name
    subprocess.run(["pdftoppm", "-r", "80", "-png", "-", str(target)], input=content, check=True)  # noqa: S607  # on PATH
    theatre.camera.taken.extend(sorted(file.name for file in target.parent.glob(f"{name}-*.png")))
