"""What each room of an app may hold. Import-linter sees modules; these rules look inside them."""

import ast

from portal.celery import app
from tests.house.source import ROOF, Module, modules

PAGES = (
    "django.forms",
    "django.http",
    "django.shortcuts",
    "django.template",
    "django.urls",
    "django.views",
    "django.contrib.messages",
)
WRITES = {
    "save",
    "create",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
}
CLOCKS = {"timezone.now", "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}


def below_the_roof() -> list[Module]:
    return [module for module in modules() if module.app not in ROOF]


def on_the_roof() -> list[Module]:
    return [module for module in modules() if module.app in ROOF]


def is_write(call: ast.Call) -> bool:
    """Tell whether a call writes to the database: ``x.save()``, ``X.objects.filter(…).update(…)``."""
    if not isinstance(call.func, ast.Attribute):
        return False
    on_query = isinstance(call.func.value, ast.Call) or ast.unparse(call.func.value).endswith(".objects")
    return call.func.attr in WRITES or (call.func.attr == "update" and on_query)


def found(wanted: list[Module], breaks: object) -> list[str]:
    """Return ``file:line`` for each call in the modules that ``breaks`` holds for."""
    assert callable(breaks)
    return [f"{module.name}:{call.lineno}" for module in wanted for call in module.calls() if breaks(call)]


def test_domain_apps_when_imported_know_no_pages() -> None:
    culprits = [
        f"{module.name}: {name}"
        for module in below_the_roof()
        for name in module.imports()
        if name.startswith(PAGES)
    ]
    assert culprits == []


def test_domain_apps_when_listed_have_no_rooms_of_the_roof() -> None:
    rooms = {"views", "forms", "serializers", "templates", "urls"}
    assert [module.name for module in below_the_roof() if module.room in rooms] == []


def test_roof_when_it_writes_calls_a_service() -> None:
    assert found(on_the_roof(), is_write) == []


def test_apps_when_they_need_the_time_ask_the_clock() -> None:
    # The verifier and the command run on other people's machines, where there is no portal to ask.
    own = ("apps/core/clock.py", "apps/exports/verifier/verify.py", "apps/api/command/countersign.py")
    others = [module for module in modules() if module.name not in own]
    assert found(others, lambda call: ast.unparse(call.func) in CLOCKS) == []


def test_apps_when_they_react_use_no_signals() -> None:
    culprits = [
        f"{module.name}: {name}"
        for module in modules()
        for name in module.imports()
        if name.startswith(("django.db.models.signals", "django.dispatch"))
    ]
    assert culprits == []


def test_tasks_when_public_are_named_for_what_they_do() -> None:
    names = [
        f"{module.name}: {node.name}"
        for module in modules()
        if module.room == "tasks"
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith(("task_", "_"))
    ]
    assert names == []


def test_tasks_when_no_code_sends_them_are_on_the_schedule() -> None:
    tasks = {
        f"apps.{module.app}.tasks.{node.name}"
        for module in modules()
        if module.room == "tasks"
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef)
    }
    sent = {
        node.value
        for module in modules()
        for call in module.calls()
        if ast.unparse(call.func).endswith("send_task")
        for node in call.args
        if isinstance(node, ast.Constant)
    }
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert tasks - sent - scheduled == set()
    assert scheduled <= tasks


def test_rules_when_read_touch_no_database() -> None:
    """A rule is a pure function: what it judges is handed to it."""
    rules = [module for module in modules() if module.room == "rules"]
    assert found(rules, lambda call: ".objects." in ast.unparse(call.func)) == []
