"""The story: a practice's first day and its first 1st of the month, over HTTP, against the sandbox.

`python -m demo.story` starts everything in a folder of its own, plays it, checks the sum and ends.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import requests

from demo.books import ARCHIVED, MERGED, seed
from demo.firms import FIRMS
from demo.people import OWNER, PASSWORD, SLUG
from demo.visitor import Page, Stuck, Visitor
from scripts.stack import ROOT, Stack

LONGEST_WAIT = 180  # seconds until the story gives up on one step
PROSPECT = FIRMS[6].name
INSIDE = "from demo import inside; inside.serve()"


class Story:
    """The steps, in order. Each says in one line what happened."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.sandbox = requests.Session()
        self.sandbox.trust_env = False
        self.priya = Visitor(stack.url)
        self.home = f"/p/{SLUG}/"
        command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", INSIDE]
        self.inside = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**stack.environment, "LOG_LEVEL": "ERROR"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.began = time.monotonic()

    def play(self) -> dict[str, Any]:
        """Everything; returns the sum. Raises Stuck where the product does not do what the story tells."""
        with self.inside:
            return self._play()

    def _play(self) -> dict[str, Any]:
        self.open_practice()
        self.connect()
        self.leave_safe_mode()
        self.write_history()
        self.meet_trouble_in_xero()
        self.match_by_hand()
        self.sign_a_proposal()
        self.approve_the_month()
        self.mend_what_was_refused()
        self.complete_work(2)
        self.lose_the_connection()
        self.reconnect()
        return self.add_up()

    def open_practice(self) -> None:
        self.fill("people")
        self.control("seed", seed())
        page = self.priya.get("/accounts/login/")
        self.priya.submit(page, "/accounts/login/", login=OWNER, password=PASSWORD)
        self.priya.get(self.home)
        self.say(f"North & Vale Accountants opens with {len(FIRMS)} clients and three people; Priya logs in")

    def connect(self) -> None:
        self.consent()
        self.wait("the first sync", lambda tally: tally["connection"] == "connected" and not tally["syncing"])
        self.say("Priya connects Xero and chooses the organisation; accounts, contacts and the rest are read")

    def consent(self) -> None:
        """To Xero's consent page and back, to the organisation's green tick."""
        page = self.priya.submit(self.priya.get(f"{self.home}settings/integrations/"), "/consent/")
        page = self.priya.submit(page, "/identity/connect/authorize", decision="allow")
        if "/organisation/" in page.url:
            self.priya.submit(page, "/organisation/")

    def leave_safe_mode(self) -> None:
        page = self.priya.get(f"{self.home}settings/safe-mode/")
        self.priya.submit(page, "/safe-mode/", waiting="send")
        self.say("She leaves Safe Mode: from now on what is approved goes out")

    def write_history(self) -> None:
        self.fill("history")
        tally = self.wait("last year's invoices", all_posted)
        self.say(f"A year of approved plans is brought over: {tally['posted']} invoices, in {tally['batches']} batches")

    def meet_trouble_in_xero(self) -> None:
        self.control(f"contacts/{self.contact(ARCHIVED)['id']}/archive")
        into = self.contact("Gannet Marine", exactly=True)["id"]
        self.control(f"contacts/{self.contact(MERGED)['id']}/merge", {"into": into})
        self.sync()
        self.say(f"In Xero somebody archives {ARCHIVED} and merges {MERGED}; a sync sees both")

    def match_by_hand(self) -> None:
        page = self.priya.get(f"{self.home}clients/{self.client('CITY LIMO')}/contact/")
        first = re.search(r'name="contact" value="(\d+)"[^>]*data-label="Link to ([^"]+)"', page.text)
        if first is None or first[2] != "City Limousines":
            raise Stuck(f"City Limousines is not suggested first for CITY LIMO, but {first and first[2]}.")
        self.priya.submit(page, "/contact/link/", contact=first[1])
        self.say("CITY LIMO: City Limousines is suggested first, and Priya links it by hand")

    def sign_a_proposal(self) -> None:
        number = self.write_proposal()
        link = self.signing_link()
        signer = Visitor(self.stack.url)
        page = signer.get(link)
        signer.submit(page, "/acceptance/", **answers(page))
        tally = self.wait("the acceptance invoice", all_posted)
        page = self.priya.get(f"{self.home}proposals/{number}/start/")
        self.priya.submit(page, "/start/")
        self.say(f"{PROSPECT} signs a proposal; its on-acceptance invoice is number {tally['posted']} in Xero")

    def write_proposal(self) -> str:
        page = self.priya.get(f"{self.home}proposals/new/")
        page = self.priya.submit(page, "/drafts/", client=self.client(PROSPECT))
        found = re.search(r"/proposals/(\d+)/", page.url)
        if found is None:
            raise Stuck(f"No draft was made: {page.url}")
        one = f"{self.home}proposals/{found[1]}/"
        self.choose_services(f"{one}services/")
        page = self.priya.get(f"{one}review/")
        self.priya.submit(page, "/sending/")
        return found[1]

    def choose_services(self, address: str) -> None:
        for wanted in ("Annual accounts and corporation tax", "Set up in the software"):
            page = self.priya.submit(self.priya.get(address), "/services/", service=wanted)
            if wanted not in page.text:
                raise Stuck(f"{wanted} was not added at {address}")

    def signing_link(self) -> str:
        for letter in self.letters():
            found = re.search(r"/sign/[\w-]+/", body_of(letter))
            if found:
                return found[0]
        raise Stuck("No letter with a signing link was sent.")

    def approve_the_month(self) -> None:
        page = self.priya.get(f"{self.home}billing/")
        month = re.search(r"/billing/(\d{4}-\d{2})/approval/", page.text)
        if month is None:
            raise Stuck(f"{page.url} offers no plan to approve.")
        page = self.priya.get(f"{self.home}billing/{month[1]}/approval/")
        self.priya.submit(page, "/approval/")
        tally = self.wait("the month's plan", lambda tally: not tally["unfinished"])
        held = ", ".join(tally["refused"])
        self.say(f"Priya approves {month[1]}: {tally['posted']} invoices are in Xero; held, aloud: {held or 'none'}")
        if not tally["refused"]:
            raise Stuck("An archived and a merged contact must be refused aloud, but nothing was.")

    def mend_what_was_refused(self) -> None:
        self.control(f"contacts/{self.contact(ARCHIVED)['id']}/restore")
        page = self.priya.get(f"{self.home}clients/{self.client(MERGED)}/contact/")
        into = re.search(r'name="contact" value="(\d+)"[^>]*data-label="Link to Gannet Marine"', page.text)
        if into is None:
            raise Stuck("The contact that the merged one became is not suggested.")
        self.priya.submit(page, "/contact/link/", contact=into[1])
        self.sync()
        tally = self.wait("the mended invoices", lambda tally: all_posted(tally) and not tally["refused"])
        self.say(f"One is unarchived, one re-linked; both go out without another click: {tally['posted']} in Xero")

    def complete_work(self, many: int) -> None:
        page = self.priya.get(f"{self.home}work/")
        items = re.findall(r'name="items" value="(\d+)"', page.text)[:many]
        if len(items) < many:
            raise Stuck(f"There are only {len(items)} items of work to complete.")
        query = "&".join(f"items={item}" for item in items)
        dialog = self.priya.get(f"{self.home}work/completion/?{query}")
        self.priya.submit(dialog, "/work/completion/")
        self.say(f"{many} items of work are marked as completed")

    def lose_the_connection(self) -> None:
        self.wait("the completed work", all_posted)
        self.control("disconnect")
        self.complete_work(3)
        self.wait("the loss", lambda tally: tally["connection"] == "lost")
        told = self.wait_for_letters("xero is disconnected", 3)
        self.say(f"Xero is disconnected from the other side: {len(told)} people are written to, {', '.join(told)}")

    def reconnect(self) -> None:
        waiting = self.tally()["unfinished"]
        self.consent()
        self.wait("the waiting invoices", all_posted)
        self.say(f"Priya reconnects; the {waiting} invoices that waited go out by themselves")

    def add_up(self) -> dict[str, Any]:
        """Our books beside the sandbox's: each invoice once, and the same pounds."""
        tally = self.tally()
        listed = self.sandbox.get(f"{self.stack.sandbox_url}/_sandbox/invoices", timeout=60).json()["invoices"]
        markers = [invoice["url"] for invoice in listed]
        return {
            "wanted": tally["wanted"],
            "there": len(set(markers)),
            "wanted_total": Decimal(tally["wanted_total"]),
            "there_total": sum((Decimal(invoice["sub_total"]) for invoice in listed), Decimal("0.00")),
            "batches": tally["batches"],
            "duplicates": len(markers) - len(set(markers)),
        }

    # ── Small print ────────────────────────────────────────

    def say(self, what: str) -> None:
        print(f"{time.monotonic() - self.began:6.1f} s  {what}", flush=True)

    def fill(self, part: str) -> None:
        self.ask(part)

    def tally(self) -> dict[str, Any]:
        return self.ask("tally")

    def ask(self, what: str) -> dict[str, Any]:
        """Has it done in Socket's own environment, and gives back how things stand then."""
        assert self.inside.stdout  # noqa: S101  # it is a pipe
        print(what, file=self.inside.stdin, flush=True)
        answer = self.inside.stdout.readline()
        if not answer:
            raise Stuck(f"What was to be done inside ({what}) stopped; its words are above.")
        found: dict[str, Any] = json.loads(answer)
        return found

    def control(self, path: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
        reply = self.sandbox.post(f"{self.stack.sandbox_url}/_sandbox/{path}", json=fields or {}, timeout=60)
        if reply.status_code >= 400:
            raise Stuck(f"The sandbox answered {reply.status_code} to {path}: {reply.text[:300]}")
        answer: dict[str, Any] = reply.json()
        return answer

    def contact(self, name: str, *, exactly: bool = False) -> dict[str, Any]:
        listed = self.sandbox.get(f"{self.stack.sandbox_url}/_sandbox/contacts", timeout=60).json()["contacts"]
        wanted = name if exactly else name.removesuffix(" Ltd")
        for contact in listed:
            if contact["name"] == wanted or (not exactly and contact["name"] == name):
                return dict(contact)
        raise Stuck(f"The sandbox has no contact {name}.")

    def client(self, name: str) -> str:
        page = self.priya.get(f"{self.home}clients/?q={name.split(' & ')[0]}")
        found = re.search(rf'/clients/(\d+)/"[^>]*>\s*{re.escape(name).replace("&", "&amp;")}', page.text)
        if found is None:
            raise Stuck(f"{name} is not in the list of clients.")
        return found[1]

    def sync(self) -> None:
        page = self.priya.get(f"{self.home}settings/integrations/")
        self.priya.submit(page, "/syncs/")
        self.wait("the sync", lambda tally: not tally["syncing"])

    def wait(self, what: str, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + LONGEST_WAIT
        while True:
            tally = self.tally()
            if done(tally):
                return tally
            if time.monotonic() > deadline:
                raise Stuck(f"Waited {LONGEST_WAIT} s for {what}; it stands so: {json.dumps(tally)}")
            time.sleep(0.5)

    def letters(self) -> list[EmailMessage]:
        """Every letter that was sent, the newest first."""
        files = sorted((self.stack.folder / "mail").glob("*"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        texts = [file.read_bytes() for file in files]
        return [message_from_bytes(text, policy=policy.default) for text in texts]

    def wait_for_letters(self, word: str, many: int) -> list[str]:
        deadline = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < deadline:
            told = sorted({str(it["To"]) for it in self.letters() if word in str(it["Subject"]).lower()})
            if len(told) >= many:
                return told
            time.sleep(0.5)
        raise Stuck(f"Waited {LONGEST_WAIT} s for {many} letters headed {word!r}.")


def all_posted(tally: dict[str, Any]) -> bool:
    """Nothing is on its way, and what is not refused is in Xero."""
    return bool(not tally["unfinished"] and tally["posted"] + len(tally["refused"]) == tally["wanted"])


def answers(page: Page) -> dict[str, str]:
    """What a client enters who agrees: a typed name, and every consent ticked."""
    consents = re.findall(
        r'<input[^>]*type="checkbox"[^>]*name="([^"]+)"|name="([^"]+)"[^>]*type="checkbox"', page.text
    )
    return {"name": "Finn Eames", "signer_name": "Finn Eames", **{a or b: "on" for a, b in consents}}


def body_of(letter: EmailMessage) -> str:
    part = letter.get_body(preferencelist=("plain", "html"))
    return str(part.get_content()) if part else ""


def sentence(found: dict[str, Any]) -> str:
    """The story's last line."""
    there, wanted = f"£{found['there_total']:,.2f}", f"£{found['wanted_total']:,.2f}"
    return (
        f"story: {found['there']} of {found['wanted']} invoices in Xero, {there} = {wanted}, "
        f"{found['batches']} batches, {found['duplicates']} duplicates"
    )


def balances(found: dict[str, Any]) -> bool:
    same = found["there"] == found["wanted"] and found["there_total"] == found["wanted_total"]
    return bool(same and found["wanted"] and not found["duplicates"])


def fresh_stack(folder: Path, *, port: int, sandbox_port: int, quiet: bool) -> Stack:
    """A stack whose database, mail and broker begin empty: embedded, unless DEMO_DATABASE_URL and DEMO_REDIS_URL name
    empty ones. What the shell names for production is never touched."""
    shutil.rmtree(folder, ignore_errors=True)
    environment = {name: os.environ.get(f"DEMO_{name}", "") for name in ("DATABASE_URL", "REDIS_URL")}
    return Stack(
        sandbox=True, port=port, sandbox_port=sandbox_port, folder=folder, quiet=quiet, environment=environment
    )


def main() -> int:
    with fresh_stack(ROOT / "var" / "story", port=0, sandbox_port=0, quiet=True) as stack:
        try:
            found = Story(stack).play()
        except Stuck as reason:
            print(f"The story stopped: {reason}\nThe logs are in {stack.folder / 'log'}.", file=sys.stderr)
            return 1
    print(sentence(found))
    return 0 if balances(found) else 1


if __name__ == "__main__":
    sys.exit(main())
