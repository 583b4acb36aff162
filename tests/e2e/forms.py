"""The forms of a page, as a browser would send them when nothing is touched."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

Values = dict[str, list[str]]

_BOXES = ("checkbox", "radio")


@dataclass
class Form:
    """A form that is posted: where to, and what it holds."""

    action: str
    values: Values = field(default_factory=dict)
    """Each field by its name, with what it holds."""
    kinds: dict[str, str] = field(default_factory=dict)
    """Each field by its name, with its kind: the type of an input, or its tag."""
    choices: Values = field(default_factory=dict)
    """What a field with choices offers."""

    def add(self, name: str, kind: str, value: list[str]) -> None:
        self.kinds.setdefault(name, kind)
        self.values.setdefault(name, []).extend(value)

    def offer(self, name: str, choice: str, *, chosen: bool) -> None:
        self.choices.setdefault(name, []).append(choice)
        if chosen:
            self.values[name] = [*self.values[name], choice]

    def press(self, name: str, value: str, *, main: bool) -> None:
        """Hold what the main button of the form sends, or else the first."""
        self.kinds.setdefault(name, "button")
        if main or name not in self.values:
            self.values[name] = [value]


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.found: list[Form] = []
        self.form: Form | None = None
        self.text = self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._begin(told)
        elif self.form and tag == "option" and self.select:
            self.form.offer(self.select, told.get("value", ""), chosen="selected" in told)
        elif self.form and told.get("name") and "disabled" not in told:
            self._control(self.form, tag, told)

    def _begin(self, told: dict[str, str]) -> None:
        posted = told.get("method", "").lower() == "post"
        self.form = Form(told.get("action") or self.path) if posted else None
        if self.form:
            self.found.append(self.form)

    def _control(self, form: Form, tag: str, told: dict[str, str]) -> None:
        name, kind = told["name"], told.get("type", "text")
        if tag == "textarea":
            self.text = name
            form.add(name, tag, [""])
        elif tag == "select":
            self.select = name
            form.add(name, tag, [])
        elif tag == "button":
            form.press(name, told.get("value", ""), main="btn-primary" in told.get("class", ""))
        elif tag == "input" and kind in _BOXES:
            form.add(name, kind, [])
            form.offer(name, told.get("value", "on"), chosen="checked" in told)
        elif tag == "input":
            form.add(name, kind, [told.get("value", "")])

    def handle_data(self, data: str) -> None:
        if self.form and self.text:
            self.form.values[self.text][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "textarea":
            self.text = ""
        elif tag == "select" and self.select and self.form:
            held, offered = self.form.values[self.select], self.form.choices.get(self.select, [])
            # A browser sends the first choice of a list where none is chosen.
            self.form.values[self.select] = held or offered[:1]
            self.select = ""


def forms_in(path: str, page: str) -> list[Form]:
    """Return the forms of a page that are posted, without what stands for the session."""
    reader = _Reader(path)
    reader.feed(page)
    for form in reader.found:
        for values in (form.values, form.kinds):
            values.pop("csrfmiddlewaretoken", None)
    return reader.found
