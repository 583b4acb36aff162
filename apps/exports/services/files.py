"""What a writer leaves behind."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Written:
    """A finished file: its size in bytes and its hex SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Finished:
    """A finished export: its file, and how many records it holds."""

    file: Written
    count: int
