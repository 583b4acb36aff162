"""A page as it stands, wide and narrow, in light and in dark: it is not loaded anew for each."""

from playwright.sync_api import Page

from tests.e2e.browser import COLOUR_RULES, axe, overflows

HEIGHTS = {1280: 900, 320: 720}
ROOM_RULES = ("target-size", "scrollable-region-focusable")
"""The rules that measure: with those of colours, all that another look can break while the same is shown."""
SHOWN = """() => Array.from(document.querySelectorAll('main *'), part =>
  part.checkVisibility({visibilityProperty: true}) ? 1 : 0).join('')"""
"""Which parts of a page's own matter are there to be seen."""


def faults(page: Page, *, surroundings: bool = False) -> list[str]:
    """Return what sticks out of an open page and what axe finds. The page is wide and light again afterwards.

    It is looked at wide and light, then narrow and dark. The other two ways, and all rules in the narrow one, come only
    where a narrow page shows what a wide one hides or the other way round, and with what surrounds it.
    """
    page.wait_for_load_state()
    page.emulate_media(reduced_motion="reduce")
    found = looked_at(page, "light", 1280)
    wide = page.evaluate(SHOWN)
    found += looked_at(page, "dark", 320, *COLOUR_RULES, *ROOM_RULES)
    if surroundings or page.evaluate(SHOWN) != wide:
        found += looked_at(page, "light", 320) + looked_at(page, "dark", 1280, *COLOUR_RULES)
    look(page, "light", 1280)
    return found


def looked_at(page: Page, theme: str, width: int, *rules: str) -> list[str]:
    """Return what is wrong with a page in one theme and one width, by these rules of axe or by all."""
    look(page, theme, width)
    return [f"{width} {theme}: {each}" for each in [*overflows(page), *axe(page, *rules)]]


def look(page: Page, theme: str, width: int) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
