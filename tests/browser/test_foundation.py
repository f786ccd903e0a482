from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer


def test_pages_are_served_with_their_stylesheet(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/admin/login/")

    answer = page.request.get(f"{live_server.url}/static/socket.css")

    assert answer.ok
    assert "tabler.min.css" in answer.text()
