"""Measures, their names and digests, as people read them."""

NOT_MEASURED = "Not measured"
_SHORT = {"auc", "f1", "ks", "mae", "mape", "mse", "psi", "r2", "rmse", "roc"}


def number(value: float | int | str | None, unit: str = "") -> str:
    """Return a measure as it is read: up to four significant places, never 0 for what was not measured."""
    if value is None:
        return NOT_MEASURED
    if not isinstance(value, int | float):
        return str(value)
    text = f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    return f"{text} {unit}".strip()


def difference(old: float | None, new: float | None) -> str:
    """Return by how much a measure moved, as it is read."""
    if not isinstance(old, int | float) or not isinstance(new, int | float):
        return "Not known"
    moved = new - old
    return "The same" if abs(moved) < 1e-12 else f"{moved:+,.3g}".replace("-", "−")


def measure_name(name: str) -> str:
    """Return the name that a machine gave a measure as people write it: "log_loss" as "Log loss"."""
    text = " ".join(word.upper() if word in _SHORT else word for word in name.split("_") if word)
    return text[:1].upper() + text[1:]


def short(digest: str) -> str:
    """Return the first eight characters of a digest, after the name of its algorithm if it has one."""
    return digest.rpartition(":")[2][:8]
