"""Open the portal in a real Chromium: as a person, at a width, in a theme; and ask axe what is wrong.

``signed_in(browser, server, user)`` gives a context that carries the person's session cookie, so that tests
need not type a password on every page. The main job signs in by hand.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils.module_loading import import_string
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
ARGS = [
    "--headless", "--lang=en-GB", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = (1280, 320)
THEMES = ("light", "dark")
# The rules that look at colours: all that another theme can break.
COLOUR_RULES = ("color-contrast", "link-in-text-block")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium_path() -> str | None:
    """Return the Chromium to drive: PORTAL_CHROMIUM, else the first on PATH, else None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("PORTAL_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Start Chromium with a fresh profile, and stop it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGS)
        try:
            yield browser
        finally:
            browser.close()


def session_cookie(user: Any) -> str:
    """Sign ``user`` in on the server's side and return the session's key."""
    engine: Any = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    session: SessionBase = engine()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def signed_in(
    browser: Chromium,
    server: str,
    user: Any = None,
    *,
    width: int = 1280,
    theme: str = "light",
    cookie: str = "",
    scripts: bool = True,
) -> BrowserContext:
    """Return a browser context at ``server`` as ``user`` (None: nobody). Height follows the width.

    A caller inside an event loop, where the database may not be asked, passes ``cookie`` instead of ``user``.
    """
    context = browser.new_context(
        viewport={"width": width, "height": 900 if width > 700 else 720},
        color_scheme="dark" if theme == "dark" else "light",
        locale="en-GB",
        java_script_enabled=scripts,
        timezone_id="Europe/London",
    )
    key = cookie or (session_cookie(user) if user else "")
    if key:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": server}])
    return context


def axe(page: Page, *rules: str) -> list[str]:
    """Return one line for each accessibility violation that axe-core finds on ``page``, of ``rules`` or of all."""
    # A click returns when the next page begins; axe judges a page that is whole.
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        source = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
        # evaluate() runs outside the page's content security policy, which a script element would not.
        page.evaluate(source)
    wanted = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": AXE_TAGS}
    # Only lines leave the page: what axe passed is a hundred times what it found. The bar stands still while axe looks:
    # what scrolls under it, as when a field takes the focus late, is not where axe takes it to be.
    run = """async wanted => {
      const bar = document.querySelector('.topbar');
      if (bar) bar.style.position = 'static';
      const found = await axe.run(document, {preload: false, runOnly: wanted, resultTypes: ['violations']});
      if (bar) bar.style.position = '';
      return found.violations.flatMap(hit => hit.nodes.map(node =>
        `${hit.id} (${hit.impact}): ${node.target} ${JSON.stringify(node.html).slice(0, 160)}`));
    }"""
    return page.evaluate(run, wanted)


def overflows(page: Page) -> list[str]:
    """Return what sticks out to the right of the window, outside regions that scroll by themselves."""
    return page.evaluate(
        """() => {
          const wide = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= wide) return [];
          const inside = e => e.closest('.scroll-x, .tabs, .vh, svg');
          return Array.from(document.body.querySelectorAll('*'))
            .filter(e => e.getBoundingClientRect().right > wide + 1 && !inside(e))
            .slice(0, 8).map(e => `${e.tagName}.${e.className}: ${e.textContent.trim().slice(0, 40)}`);
        }"""
    )


def complaints(page: Page) -> list[str]:
    """Collect what the console complains about from now on. Read it before ``axe``, which adds its own."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def shoot(page: Page, name: str, folder: Path) -> Path:
    """Save a picture of the whole page as ``folder/name.png``."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}.png"
    page.screenshot(path=target, full_page=True, caret="initial")
    return target
