"""Lint every template: it compiles, its links exist, and nothing in it breaks the content security policy."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"

# What is wrong → how it looks. Comments are cut out before.
FAULTS = {
    "inline style": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE),
    "inline event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "asset from another host": re.compile(
        r"<(?:script|link|img)\b[^>]*(?:src|href)=\"https?://", re.IGNORECASE
    ),
    "unescaped output": re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off"),
    "image without alt": re.compile(r"<img\b(?![^>]*\balt=)", re.IGNORECASE),
}
COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|<!--.*?-->", re.DOTALL)
POST_FORM = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.IGNORECASE | re.DOTALL)
LINK = re.compile(r"{%\s*url\s+['\"]([\w:-]+)['\"]")


def blanked(text: str) -> str:
    """Return the text with comments blanked out, line for line."""
    return COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def faults_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield the position and the name of each fault that the text alone shows."""
    for name, pattern in FAULTS.items():
        yield from ((match.start(), name) for match in pattern.finditer(text))
    for match in POST_FORM.finditer(text):
        if "csrf_token" not in match[0]:
            yield match.start(), "POST form without csrf_token"


def dead_links(text: str, names: set[str]) -> Iterator[tuple[int, str]]:
    """Yield each ``{% url %}`` whose name no address has."""
    for match in LINK.finditer(text):
        if match[1] not in names:
            yield match.start(), f"no address is named {match[1]}"


def url_names() -> set[str]:
    """Return the name of every address, with its namespace."""
    from django.urls import get_resolver

    def walk(resolver: object, prefix: str) -> Iterator[str]:
        for pattern in resolver.url_patterns:  # type: ignore[attr-defined]
            if hasattr(pattern, "url_patterns"):
                space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from walk(pattern, space)
            elif pattern.name:
                yield prefix + pattern.name

    return set(walk(get_resolver(), ""))


def compile_error(name: str) -> str:
    """Return why the template does not compile, or nothing."""
    from django.template import TemplateDoesNotExist, TemplateSyntaxError
    from django.template.loader import get_template

    try:
        get_template(name)
    except (TemplateSyntaxError, TemplateDoesNotExist) as error:
        return f"does not compile: {error}"
    return ""


def lint(path: Path, names: set[str]) -> list[str]:
    """Return one line for each fault of one template."""
    text = blanked(path.read_text())
    faults = [*faults_of(text), *dead_links(text, names)]
    error = compile_error(str(path.relative_to(TEMPLATES)))
    if error:
        faults.append((0, error))
    place = path.relative_to(ROOT)
    return [f"{place}:{text.count(chr(10), 0, at) + 1}: {fault}" for at, fault in sorted(faults)]


def main() -> int:
    """Lint everything, print what is wrong, and return the exit status."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    names = url_names()
    paths = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())
    lines = [line for path in paths for line in lint(path, names)]
    print(*lines, f"{len(paths)} templates, {len(lines)} faults", sep="\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
