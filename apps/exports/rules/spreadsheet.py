"""Text that a spreadsheet shows and never runs (OWASP, CSV injection)."""

# The wide forms of the signs start one too, where people write in Chinese or Japanese.
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")


def safe_cell(text: str) -> str:
    """Return the text without NUL, and behind an apostrophe where a spreadsheet would take it for a formula."""
    clean = text.replace("\x00", "")
    starts = (clean.lstrip(" "), clean.lstrip())
    return f"'{clean}" if any(start.startswith(_STARTS_A_FORMULA) for start in starts) else clean
