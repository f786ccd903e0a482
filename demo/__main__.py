"""`make demo`: plays the story once, says what happened and where to click, and keeps serving until Ctrl-C."""

import sys

from demo.people import PASSWORD, SLUG, STAFF
from demo.story import Story, balances, fresh_stack, sentence
from demo.visitor import Stuck
from scripts.stack import ROOT, end_asked_for

GUIDE = """
{sentence}

Socket is on {url}, the Xero sandbox's control page on {sandbox}/_sandbox/
Log in as
{logins}
(all with the password {password})

Five things to try
  1. {url}/p/{slug}/billing/  Look at this month's draft: who is new, who pays more, and press a magnifying glass.
  2. Amber contacts on that page: press one and choose its Xero contact.
  3. {sandbox}/_sandbox/  Archive a contact there, press Sync now under Integrations, and see the plan hold that row.
  4. {url}/p/{slug}/proposals/  Write a proposal, send it, and open its letter: it is in {mail}
  5. {sandbox}/_sandbox/  Disconnect the organisation, complete some work, reconnect, and watch it go out once.

Ctrl-C stops everything.
"""


def main() -> int:
    folder = ROOT / "var" / "demo"
    print(f"Starting Socket with a demo practice in {folder.relative_to(ROOT)} …", flush=True)
    with fresh_stack(folder, port=8000, sandbox_port=8001, quiet=True) as stack:
        story = Story(stack)
        try:
            found = story.play()
        except Stuck as reason:
            print(f"The story stopped: {reason}\nThe logs are in {folder / 'log'}.", file=sys.stderr)
            return 1
        logins = "\n".join(f"  {email:28} {name}, {role}" for name, email, role in STAFF)
        print(
            GUIDE.format(
                sentence=sentence(found), url=stack.url, sandbox=stack.sandbox_url, logins=logins,
                password=PASSWORD, slug=SLUG, mail=stack.folder / "mail",
            ),
            flush=True,
        )  # fmt: skip
        end_asked_for().wait()
    return 0 if balances(found) else 1


if __name__ == "__main__":
    sys.exit(main())
