"""A page as it stands, after what a person did there, in each width and theme: it is not loaded anew for each."""

from playwright.sync_api import Page

from tests.e2e.browser import COLOUR_RULES, THEMES, WIDTHS, axe, overflows

HEIGHTS = {1280: 900, 320: 720}


def faults(page: Page) -> list[str]:
    """Return what sticks out of an open page and what axe finds: all its rules in light, those of colours in dark.

    The page stays wide and light.
    """
    page.wait_for_load_state()
    page.emulate_media(reduced_motion="reduce")
    found: list[str] = []
    for theme in reversed(THEMES):
        for width in reversed(WIDTHS):
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            rules = COLOUR_RULES if theme == "dark" else ()
            found += [f"{width} {theme}: {each}" for each in [*overflows(page), *axe(page, *rules)]]
    return found
