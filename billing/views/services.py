"""Services & pricing: menus, their services, and the account code of each."""

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from billing.forms import AccountForm, CopyMenuForm, MenuForm, ServiceForm
from billing.models import PricingMenu, Service
from billing.operations import catalogue
from billing.views.pieces import done, refused
from clients.access import Action, PracticeRequest, practice_page


@practice_page(Action.SETTINGS)
def services(request: PracticeRequest) -> HttpResponse:
    """The menu on offer with its services by category, and the other menus beside it."""
    menus = list(PricingMenu.objects.for_practice(request.practice))
    menu = _menu_to_show(menus, request.GET.get("menu", ""))
    found = list(_services(menu)) if menu else []
    text = request.GET.get("q", "").strip()
    shown = [each for each in found if text.casefold() in f"{each.name} {each.category}".casefold()]
    context = {
        "menus": menus,
        "menu": menu,
        "groups": [(name, list(group)) for name, group in groupby(shown, key=lambda each: each.category)],
        "count": len(found),
        "shown": len(shown),
        "text": text,
        "today": timezone.now().astimezone(request.practice.zone).date(),
    }
    return render(request, "billing/services.html", context)


def _menu_to_show(menus: list[PricingMenu], wanted: str) -> PricingMenu | None:
    """The one the address names, else the active one, else the newest."""
    named = [menu for menu in menus if str(menu.pk) == wanted]
    active = [menu for menu in menus if menu.status == PricingMenu.Status.ACTIVE]
    return next(iter([*named, *active, *menus]), None)


def _services(menu: PricingMenu) -> Any:
    found = menu.services.filter(archived_at=None)
    return found.select_related("ledger_account", "tracking_option__category")


@practice_page(Action.SETTINGS)
def menu_new(request: PracticeRequest) -> HttpResponse:
    """A menu without services yet."""
    today = timezone.now().astimezone(request.practice.zone).date()
    form = MenuForm(request.POST or None, initial={"starts_on": today.replace(day=1)})
    if request.method == "POST" and form.is_valid():
        menu = catalogue.create_menu(practice=request.practice, by=request.user, at=timezone.now(), **form.cleaned_data)
        return done(request, f"{menu.name} is made. Add its services.", _menu_url(request, menu))
    return _form_page(request, form, "New pricing menu", "Make the menu")


@practice_page(Action.SETTINGS)
def menu_copy(request: PracticeRequest, menu_id: int) -> HttpResponse:
    """A new version of a menu with every service of the old one."""
    menu = _menu(request, menu_id)
    form = CopyMenuForm(
        request.POST or None, initial={"name": f"{menu.name}, new version", "starts_on": menu.starts_on}
    )
    if request.method == "POST" and form.is_valid():
        copy = catalogue.duplicate_menu(menu=menu, by=request.user, at=timezone.now(), **form.cleaned_data)
        return done(
            request, f"{copy.name} holds the same services. Change it, then activate it.", _menu_url(request, copy)
        )
    return _form_page(request, form, f"New version of {menu.name}", "Make the new version")


@practice_page(Action.SETTINGS)
@require_POST
def menu_activation(request: PracticeRequest, menu_id: int) -> HttpResponse:
    """From now on proposals offer this menu."""
    menu = catalogue.activate_menu(menu=_menu(request, menu_id), by=request.user, at=timezone.now())
    return done(request, f"{menu.name} is what proposals offer from now on.", _menu_url(request, menu))


@practice_page(Action.SETTINGS)
@require_POST
def menu_archive(request: PracticeRequest, menu_id: int) -> HttpResponse:
    """Out of sight; proposals that use it keep their prices."""
    menu = catalogue.archive_menu(menu=_menu(request, menu_id), by=request.user, at=timezone.now())
    return done(request, f"{menu.name} is archived. Proposals that use it keep their prices.", _services_url(request))


@practice_page(Action.SETTINGS)
def service_new(request: PracticeRequest, menu_id: int) -> HttpResponse:
    """A service of a menu."""
    menu = _menu(request, menu_id)
    form = ServiceForm(request.POST or None, menu=menu)
    if request.method == "POST" and form.is_valid():
        try:
            made = catalogue.create_service(menu=menu, values=form.cleaned_data, by=request.user, at=timezone.now())
        except catalogue.ArchivedMenu as reason:
            return refused(request, reason, _menu_url(request, menu))
        return done(request, f"{made.name} is in {menu.name}.", _menu_url(request, menu))
    return _service_page(request, form, menu, None)


@practice_page(Action.SETTINGS)
def service(request: PracticeRequest, service_id: int) -> HttpResponse:
    """Change a service; proposals already made keep what they say."""
    kept = _service(request, service_id)
    form = ServiceForm(request.POST or None, instance=kept, menu=kept.menu)
    if request.method == "POST" and form.is_valid():
        catalogue.edit_service(service=kept, values=form.cleaned_data, by=request.user, at=timezone.now())
        return done(request, f"{kept.name} is saved.", _menu_url(request, kept.menu))
    return _service_page(request, form, kept.menu, kept)


@practice_page(Action.SETTINGS)
@require_POST
def service_archive(request: PracticeRequest, service_id: int) -> HttpResponse:
    """No longer offered; what was agreed goes on."""
    kept = _service(request, service_id)
    catalogue.archive_service(service=kept, by=request.user, at=timezone.now())
    return done(request, f"{kept.name} is no longer offered. Agreed services go on.", _menu_url(request, kept.menu))


@practice_page(Action.SETTINGS)
def account_codes(request: PracticeRequest, menu_id: int) -> HttpResponse:
    """Billing & Engagement Letter Settings: the account code of each service of a menu."""
    menu = _menu(request, menu_id)
    found = list(_services(menu))
    form = AccountForm(request.POST or None, practice=request.practice, services=found)
    if request.method == "POST" and form.is_valid():
        changes = form.changes()
        catalogue.change_accounts(menu=menu, accounts=changes, by=request.user, at=timezone.now())
        return done(request, f"Account codes saved: {len(changes)} changed.", request.get_full_path())
    rows = [(each, form[f"service_{each.pk}"]) for each in found]
    return render(request, "billing/account_codes.html", {"menu": menu, "form": form, "rows": rows})


def _menu(request: PracticeRequest, menu_id: int) -> PricingMenu:
    return get_object_or_404(PricingMenu.objects.for_practice(request.practice), pk=menu_id)


def _service(request: PracticeRequest, service_id: int) -> Service:
    every = Service.objects.for_practice(request.practice).select_related("menu")
    return get_object_or_404(every, pk=service_id)


def _services_url(request: PracticeRequest) -> str:
    return reverse("billing:services", kwargs={"practice": request.practice.slug})


def _menu_url(request: PracticeRequest, menu: PricingMenu) -> str:
    return f"{_services_url(request)}?menu={menu.pk}"


def _form_page(request: PracticeRequest, form: MenuForm, title: str, action: str) -> HttpResponse:
    context = {"form": form, "title": title, "action": action, "back_url": _services_url(request)}
    return render(request, "billing/menu_form.html", context)


def _service_page(request: PracticeRequest, form: ServiceForm, menu: PricingMenu, kept: Service | None) -> HttpResponse:
    categories = menu.services.exclude(category="").order_by("category").values_list("category", flat=True).distinct()
    context = {
        "form": form,
        "menu": menu,
        "service": kept,
        "categories": list(categories),
        "back_url": _menu_url(request, menu),
    }
    return render(request, "billing/service_form.html", context)
