"""Letters from templates: `emails/<slug>/{subject.txt,body.txt,body.html}`, the stylesheet written into the HTML."""

from typing import Any

from css_inline import CSSInliner
from django.template import Context
from django.template.loader import get_template, render_to_string

from notifications.records import Letter

INLINER = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


def letter(slug: str, context: dict[str, Any]) -> Letter:
    """The letter of this slug. A missing file raises TemplateDoesNotExist: that is our mistake, not the caller's."""
    subject = " ".join(_text(f"emails/{slug}/subject.txt", context).split())[:300]
    return Letter(
        subject=subject,
        text=_text(f"emails/{slug}/body.txt", context).strip() + "\n",
        html=INLINER.inline(render_to_string(f"emails/{slug}/body.html", {**context, "subject": subject})),
    )


def _text(name: str, context: dict[str, Any]) -> str:
    """Without escaping: in a text, a firm called "Ash & Elm" is not "Ash &amp; Elm"."""
    found: Any = get_template(name)
    return str(found.template.render(Context(context, autoescape=False)))
