"""References such as TPL-3 and DOC-12."""


def number_in(ref: str, prefix: str) -> list[int]:
    """Return the number of a reference, in a list; an empty list when it is none."""
    number = ref.removeprefix(prefix)
    known = ref.startswith(prefix) and number.isascii() and number.isdecimal() and len(number) < 10
    return [int(number)] if known else []
