"""Whether a text can be kept."""


def problems_of(text: str, limit: int, missing: str = "") -> list[str]:
    """Return what is wrong with a text. ``missing`` is said where there is none; without it, none is fine."""
    if not text.strip():
        return [missing] if missing else []
    if "\x00" in text:
        return ["Take out the null character: it cannot be stored."]
    if len(text) > limit:
        return [f"Keep it to {limit:,} characters. It has {len(text):,}."]
    return []
