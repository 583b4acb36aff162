"""Text that a spreadsheet shows and never runs (OWASP, CSV injection)."""

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(text: str) -> str:
    """Return the text without NUL, and behind an apostrophe where a spreadsheet would take it for a formula."""
    clean = text.replace("\x00", "")
    return f"'{clean}" if clean.lstrip(" ").startswith(_STARTS_A_FORMULA) else clean
