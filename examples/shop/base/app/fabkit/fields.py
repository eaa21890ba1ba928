"""Fields of forms, for types that Flask-AppBuilder gets wrong or knows nothing of."""

from __future__ import annotations

import base64
import binascii
import datetime
import enum
import json
import re
import uuid

import wtforms
from flask_appbuilder.fieldwidgets import (
    BS3TextAreaFieldWidget,
    BS3TextFieldWidget,
    DateTimePickerWidget,
    Select2Widget,
)
from wtforms.validators import InputRequired, Optional

# datetime.UTC is of Python 3.11.
UTC = datetime.timezone(datetime.timedelta())


class DecimalField(wtforms.DecimalField):
    """A decimal that is a number."""

    def process_formdata(self, valuelist):
        super().process_formdata(valuelist)
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(self.gettext("Not a valid decimal value."))


class EnumField(wtforms.SelectField):
    """A select of the members of an enum, by value."""

    def __init__(self, label, enum_class, nullable=False, **options):
        self.enum_class = enum_class
        choices = [(member.value, str(member.value)) for member in enum_class]
        super().__init__(
            label,
            coerce=self.member,
            choices=[("", ""), *choices] if nullable else choices,
            **options,
        )

    def member(self, value):
        if value is None or isinstance(value, enum.Enum):
            return value
        if value in ("", "__None"):
            return None
        return self.enum_class(value)


class JSONField(wtforms.TextAreaField):
    """A JSON document."""

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        if self.data is None:
            return ""
        return json.dumps(self.data, indent=2, ensure_ascii=False)

    def process_formdata(self, valuelist):
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            self.data = json.loads(valuelist[0])
        except ValueError:
            self.data = None
            raise ValueError(self.gettext("Not valid JSON.")) from None


class TimeField(wtforms.TimeField):
    """A time of day, to the microsecond where it has any."""

    def _value(self):
        if not self.raw_data and isinstance(self.data, datetime.time):
            return self.data.isoformat()
        return super()._value()


class UUIDField(wtforms.StringField):
    """A UUID."""

    def process_formdata(self, valuelist):
        text = valuelist[0].strip() if valuelist else ""
        try:
            self.data = uuid.UUID(text) if text else None
        except ValueError:
            self.data = None
            raise ValueError(self.gettext("Not a valid UUID.")) from None


class MomentField(wtforms.DateTimeField):
    """A date and a time, as UTC has them."""

    def process_data(self, value):
        self.data = value
        if value is not None and value.tzinfo is not None:
            self.data = value.astimezone(UTC).replace(tzinfo=None)

    def process_formdata(self, valuelist):
        super().process_formdata(valuelist)
        if self.data is not None:
            self.data = self.data.replace(tzinfo=UTC)


class BytesField(wtforms.TextAreaField):
    """Bytes, as Base64."""

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return base64.b64encode(self.data).decode() if self.data else ""

    def process_formdata(self, valuelist):
        text = valuelist[0].strip() if valuelist else ""
        try:
            self.data = base64.b64decode(text, validate=True) if text else None
        except binascii.Error:
            self.data = None
            raise ValueError(self.gettext("Not valid Base64.")) from None


class IntervalField(wtforms.StringField):
    """A span of time: days, if any, then hours, minutes and seconds."""

    PATTERN = re.compile(
        r"(?:(?P<days>-?\d+) days?,? *)?"
        r"(?:(?P<hours>\d+):(?P<minutes>\d{1,2})(?::(?P<seconds>\d{1,2}(?:\.\d{1,6})?))?)?"
    )

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist):
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        found = self.PATTERN.fullmatch(text)
        if not found:
            raise ValueError(self.gettext("Not a valid span of time."))
        parts = found.groupdict(default="0")
        try:
            self.data = datetime.timedelta(**{k: float(v) for k, v in parts.items()})
        except OverflowError:
            raise ValueError(self.gettext("Not a valid span of time.")) from None


def _checks(nullable, validators):
    return [Optional() if nullable else InputRequired(), *validators]


def boolean_field(label, nullable=False, default=None):
    """A check box that may be left empty, or a select where there may be no answer."""
    if not nullable:
        return wtforms.BooleanField(label, default=default)
    return wtforms.SelectField(
        label,
        choices=[("", ""), ("True", "True"), ("False", "False")],
        coerce=lambda value: {"True": True, "False": False}.get(str(value)),
        default=default,
        widget=Select2Widget(),
    )


def decimal_field(label, places=None, nullable=False, default=None, validators=()):
    """A decimal with all of its places."""
    return DecimalField(
        label,
        places=places,
        validators=_checks(nullable, validators),
        default=default,
        widget=BS3TextFieldWidget(),
    )


def enum_field(label, enum_class, nullable=False, default=None):
    """A select, with a blank choice where there may be no value."""
    return EnumField(
        label,
        enum_class,
        nullable=nullable,
        validators=_checks(nullable, ()),
        default=default,
        widget=Select2Widget(),
    )


def json_field(label, nullable=False, default=None):
    """A text area with a JSON document."""
    return JSONField(
        label,
        validators=_checks(nullable, ()),
        default=default,
        widget=BS3TextAreaFieldWidget(),
    )


def datetime_field(label, timezone=False, nullable=False, default=None):
    """A date and a time, fractions of a second included; UTC where it has a zone."""
    return (MomentField if timezone else wtforms.DateTimeField)(
        label,
        format=["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S"],
        validators=_checks(nullable, ()),
        default=default,
        widget=DateTimePickerWidget(),
    )


def time_field(label, nullable=False, default=None):
    """A time of day."""
    return TimeField(
        label,
        format=["%H:%M:%S", "%H:%M:%S.%f", "%H:%M"],
        validators=_checks(nullable, ()),
        default=default,
        widget=BS3TextFieldWidget(),
    )


def uuid_field(label, nullable=False, default=None):
    """A UUID."""
    return UUIDField(
        label,
        validators=_checks(nullable, ()),
        default=default,
        widget=BS3TextFieldWidget(),
    )


def bytes_field(label, nullable=False, default=None):
    """Bytes, as Base64."""
    return BytesField(
        label,
        validators=_checks(nullable, ()),
        default=default,
        widget=BS3TextAreaFieldWidget(),
    )


def integer_field(label, nullable=False, default=None, validators=()):
    """A whole number, of a type that is none for Flask-AppBuilder."""
    return wtforms.IntegerField(
        label,
        validators=_checks(nullable, validators),
        default=default,
        widget=BS3TextFieldWidget(),
    )


def interval_field(label, nullable=False, default=None):
    """A span of time."""
    return IntervalField(
        label,
        validators=_checks(nullable, ()),
        default=default,
        widget=BS3TextFieldWidget(),
    )


def text_field(label, nullable=False, default=None):
    """A value in the words of the database, which alone can tell whether it is one."""
    return wtforms.StringField(
        label,
        validators=_checks(nullable, ()),
        filters=[lambda text: text or None],
        default=default,
        widget=BS3TextFieldWidget(),
    )
