"""What is done on a page before its picture is taken. Each returns a step."""

from playwright.sync_api import Page

from demo.pictures.camera import Step


def click(words: str, role: str = "button", nth: int = 0) -> Step:
    """Presses the button (or follows the link) with these words."""

    def step(page: Page) -> None:
        page.get_by_role(role, name=words).locator("visible=true").nth(nth).click()  # type: ignore[arg-type]  # a role

    return step


def dialog(words: str, role: str = "button", nth: int = 0) -> Step:
    """Presses the button that opens a dialog, and waits for it."""

    def step(page: Page) -> None:
        click(words, role, nth)(page)
        page.locator("dialog[open]").wait_for()

    return step


def keys(*pressed: str) -> Step:
    def step(page: Page) -> None:
        page.locator("main").focus()
        for key in pressed:
            page.keyboard.press(key)

    return step


def open_dialog_by(*pressed: str) -> Step:
    def step(page: Page) -> None:
        keys(*pressed)(page)
        page.locator("dialog[open]").wait_for()

    return step


def fill(name: str, text: str) -> Step:
    def step(page: Page) -> None:
        page.locator(f"[name='{name}']").locator("visible=true").first.fill(text)

    return step


def tick(selector: str) -> Step:
    def step(page: Page) -> None:
        page.locator(selector).first.check()

    return step


def send(selector: str = "main form[method=post]") -> Step:
    """Sends a form as the server will judge it, whatever the browser thinks of its fields."""

    def step(page: Page) -> None:
        with page.expect_navigation():
            page.locator(selector).first.evaluate("(form) => { form.noValidate = true; form.requestSubmit(); }")

    return step


def open_menu(words: str) -> Step:
    def step(page: Page) -> None:
        page.locator("summary", has_text=words).first.click()

    return step


def open_labelled(label: str) -> Step:
    """Opens a menu that has an icon and no words."""

    def step(page: Page) -> None:
        page.get_by_label(label, exact=True).click()

    return step


def unfold(selector: str) -> Step:
    def step(page: Page) -> None:
        page.locator(f"{selector} > summary").click()

    return step


def upload(name: str, file: str, content: bytes) -> Step:
    def step(page: Page) -> None:
        page.locator(f"[name='{name}']").set_input_files({"name": file, "mimeType": "text/csv", "buffer": content})

    return step


def wait(selector: str) -> Step:
    def step(page: Page) -> None:
        page.locator(selector).first.wait_for()

    return step
