"""The demo organisation with what its first day lacks, and the names of what tests look up in it."""

from tests.e2e.organisation.finding import Names
from tests.e2e.organisation.settling import settle

__all__ = ["Names", "settle"]
