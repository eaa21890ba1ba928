"""What must hold between the fields of a form."""

from __future__ import annotations

import operator


class Unique:
    """No other row has these values together. Rows with a NULL among them are free."""

    def __init__(self, *names):
        self.names = names

    def __call__(self, form, datamodel):
        if any(name not in form for name in self.names):
            return True
        values = {name: form[name].data for name in self.names}
        if any(value is None or value == "" for value in values.values()):
            return True
        with datamodel.session.no_autoflush:
            query = datamodel.session.query(datamodel.obj).filter_by(**values)
            own = getattr(form, "_id", None)
            taken = any(datamodel.get_pk_value(row) != own for row in query.limit(2))
        if taken:
            _complain(form[self.names[-1]], "Already exists.")
        return not taken


class Compare:
    """One field compared with another, where both have a value."""

    OPERATORS = {
        "<": (operator.lt, "less than"),
        "<=": (operator.le, "at most"),
        ">": (operator.gt, "greater than"),
        ">=": (operator.ge, "at least"),
        "==": (operator.eq, "equal to"),
        "!=": (operator.ne, "different from"),
    }

    def __init__(self, left, symbol, right):
        self.left, self.right = left, right
        self.holds, self.words = self.OPERATORS[symbol]

    def __call__(self, form, datamodel):
        if self.left not in form or self.right not in form:
            return True
        left, right = form[self.left].data, form[self.right].data
        if left in (None, "") or right in (None, "") or self.holds(left, right):
            return True
        label = form[self.right].label.text
        _complain(form[self.left], f"Must be {self.words} {label}.")
        return False


def _complain(field, message):
    field.errors = [*field.errors, message]
