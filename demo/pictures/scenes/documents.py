"""What leaves the house: every e-mail that was written, every page of a PDF."""

import shutil
import subprocess

from demo.pictures.stage import Theatre
from notifications.models import Message
from proposals.models import ProposalDocument
from socketapp.settings import BASE_DIR


def letters(theatre: Theatre) -> None:
    """Each kind of e-mail once"""
    folders = sorted(folder.name for folder in (BASE_DIR / "templates" / "emails").iterdir() if folder.is_dir())
    written = Message.objects.for_practice(theatre.practice)
    for slug in folders:
        message = written.filter(slug=slug).exclude(html="").first()
        if message:
            theatre.camera.take_letter(f"email-{slug}", message.html)
        else:
            print(f"         no {slug} was written")


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
