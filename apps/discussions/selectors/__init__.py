"""What is talked about, what was said as one person sees it, and whom a comment may name."""

from apps.discussions.selectors.naming import Named, people_named, people_to_name
from apps.discussions.selectors.subjects import readers_among, serve, subject_for
from apps.discussions.selectors.threads import (
    Counts,
    Page,
    Show,
    Spoken,
    Talk,
    comment_for,
    comments_for,
    counts_for,
    page_for,
    talks_of,
    thread_for,
)

__all__ = [
    "Counts",
    "Named",
    "Page",
    "Show",
    "Spoken",
    "Talk",
    "comment_for",
    "comments_for",
    "counts_for",
    "page_for",
    "people_named",
    "people_to_name",
    "readers_among",
    "serve",
    "subject_for",
    "talks_of",
    "thread_for",
]
