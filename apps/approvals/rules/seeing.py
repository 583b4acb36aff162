"""When a person has seen what they are asked, and since when anything counts as new to them. Pure."""

from datetime import timedelta

VISIT = timedelta(minutes=30)
"""Looks that follow each other sooner belong to one visit: what is new stays marked until it is over."""
