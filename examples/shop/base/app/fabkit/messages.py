"""What people are told when a database says no."""

from __future__ import annotations

MESSAGES = (
    ("unique", "A row with this value already exists."),
    ("duplicate", "A row with this value already exists."),
    ("foreign key", "A related row is missing or still in use."),
    ("check", "A value is outside its allowed range."),
    ("not null", "A required value is missing."),
    ("null value", "A required value is missing."),
    ("cannot be null", "A required value is missing."),
    ("constraint", "A value is outside its allowed range."),
)


def explain(error) -> str:
    """What a database says, for people, without SQL or values."""
    text = str(getattr(error, "orig", error)).lower()
    for sign, message in MESSAGES:
        if sign in text:
            return message
    return "The database rejected the change."
