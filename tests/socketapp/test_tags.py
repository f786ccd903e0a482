import pytest
from django.http import QueryDict
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

from socketapp.icons import UnknownIcon


def written(template: str, **context: object) -> str:
    return Template(template).render(Context(context))


def written_at(address: str, template: str) -> str:
    return Template(template).render(RequestContext(RequestFactory().get(address)))


def test_an_icon_beside_a_word_is_hidden_from_those_who_listen() -> None:
    svg = written('{% icon "check" %}')

    assert svg.startswith('<svg class="icon" viewBox')
    assert 'aria-hidden="true"' in svg
    assert 'stroke="none"' not in svg


def test_a_mark_with_a_label_is_read_out() -> None:
    svg = written('{% icon "circle-x" tone="bad" label="Held" %}')

    assert 'class="icon sk-mark" data-tone="bad"' in svg
    assert 'role="img" aria-label="Held"' in svg


def test_an_icon_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownIcon):
        written('{% icon "chekc" %}')


def test_a_label_is_escaped() -> None:
    assert "<script>" not in written('{% icon "x" label=label %}', label="<script>")


def test_a_link_keeps_the_rest_of_the_query_string() -> None:
    link = written_at("/plan/?owner=priya&page=3&change=new", '{% url_with change="churn" page=None %}')

    assert QueryDict(link.removeprefix("?").replace("&amp;", "&")).dict() == {"owner": "priya", "change": "churn"}


def test_a_sorted_column_says_so_and_turns_on_the_next_click() -> None:
    head = written_at("/plan/?sort=client&page=2", '{% sort_header "Client" "client" %}')

    assert 'aria-sort="ascending"' in head
    assert 'href="?sort=-client"' in head


def test_another_column_sorts_upwards_first() -> None:
    head = written_at("/plan/?sort=client", '{% sort_header "This month" "amount" "sk-amount" %}')

    assert "aria-sort" not in head
    assert 'href="?sort=amount"' in head
