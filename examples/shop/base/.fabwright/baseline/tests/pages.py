# ruff: noqa: E501
"""What the generated tests read on pages: forms, messages, headings."""

from html.parser import HTMLParser
from urllib.parse import urlsplit


class _FormParser(HTMLParser):
    """The fields of the last POST form on a page, as a browser would send them."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.fields = {}
        self.selects = set()
        self._select = self._textarea = None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name = given.get("name")
        if tag == "form" and given.get("method", "").lower() == "post":
            self.fields = {}
        elif tag == "input" and name:
            self._input(name, given)
        elif tag == "textarea" and name:
            self._textarea = name
            self.fields[name] = ""
        elif tag == "select" and name:
            self._select = name, "multiple" in given
            self.selects.add(name)
            self.fields[name] = [] if "multiple" in given else None
        elif tag == "option" and self._select and "selected" in given:
            name, multiple = self._select
            value = given.get("value", "")
            if multiple:
                self.fields[name].append(value)
            else:
                self.fields[name] = value
        elif tag == "option" and self._select and self.fields[self._select[0]] is None:
            self.fields[self._select[0]] = given.get("value", "")

    def _input(self, name, given):
        kind = given.get("type", "text").lower()
        if kind in ("submit", "button", "image", "file", "reset"):
            return
        if kind in ("checkbox", "radio"):
            if "checked" in given:
                self.fields[name] = given.get("value", "y")
            return
        self.fields[name] = given.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "textarea":
            if self._textarea:
                # a browser drops the line break right after <textarea>
                text = self.fields[self._textarea].replace("\r\n", "\n")
                self.fields[self._textarea] = text.removeprefix("\n")
            self._textarea = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data):
        if self._textarea:
            self.fields[self._textarea] += data


def fields_of(html):
    """What the form of a page would send if nobody touched it."""
    parser = _FormParser()
    parser.feed(html)
    return parser.fields


def form_on(answer):
    """The same for the answer to a request, which must be a page."""
    assert_page(answer)
    return fields_of(answer.text)


class _TextParser(HTMLParser):
    def __init__(self, name):
        super().__init__(convert_charrefs=True)
        self.name, self.texts, self._open = name, [], []

    def handle_starttag(self, tag, attributes):
        if tag in ("br", "img", "input", "link", "meta", "hr"):
            return
        self._open.append(self.name in (dict(attributes).get("class") or "").split())

    def handle_endtag(self, tag):
        if self._open:
            self._open.pop()

    def handle_data(self, data):
        if any(self._open) and data.strip():
            self.texts.append(" ".join(data.split()))


def messages_on(answer):
    """The flashed messages of a page, without the close button."""
    parser = _TextParser("alert")
    parser.feed(answer.text)
    return [text for text in parser.texts if text != "\u00d7"]


def assert_page(answer):
    """A page came, and not an error or a redirect."""
    where = answer.request.path
    assert answer.status_code == 200, f"{where} answered {answer.status_code}"


def assert_flash(answer, message):
    """The page says that the work was done."""
    assert_page(answer)
    said = messages_on(answer)
    wrong = invalid_fields(answer.text)
    report = f"expected {message!r}, the page says {said}, wrong fields: {wrong}"
    assert any(message in text for text in said), report


def assert_no_flash(answer, message):
    """The page doesn't claim that the work was done."""
    said = messages_on(answer)
    assert not any(message in text for text in said), f"the page says {said}"


class _HeadingParser(HTMLParser):
    """The heading of each column or line of a page's tables."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.headings, self._text = set(), None

    def handle_starttag(self, tag, attributes):
        if tag == "th":
            self._text = ""

    def handle_endtag(self, tag):
        if tag == "th" and self._text is not None:
            self.headings.add(" ".join(self._text.split()))
            self._text = None

    def handle_data(self, data):
        if self._text is not None:
            self._text += data


def view_named(app, name):
    """The view that the application has registered by this name."""
    views = app.appbuilder.baseviews
    return next(each for each in views if type(each).__name__ == name)


def assert_headings(app, answer, view, columns):
    """A list or a show page has each of these columns."""
    assert_page(answer)
    parser = _HeadingParser()
    parser.feed(answer.text)
    labels = view_named(app, view).label_columns
    lost = [one for one in columns if str(labels.get(one, one)) not in parser.headings]
    where = answer.request.path
    assert not lost, f"{where} doesn't show {lost}, only {sorted(parser.headings)}"


class _FigureParser(HTMLParser):
    """The rows of a table whose first cell says what they are about."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.rows, self._open = [], False

    def handle_starttag(self, tag, attributes):
        if tag == "th" and ("scope", "row") in attributes:
            self.rows.append([""])
            self._open = True
        elif tag == "td" and self.rows:
            self.rows[-1].append("")
            self._open = True

    def handle_endtag(self, tag):
        if tag in ("th", "td"):
            self._open = False

    def handle_data(self, data):
        if self._open:
            self.rows[-1][-1] += data


def figures_on(answer):
    """The figures beneath a chart, by group; all rows come last."""
    assert_page(answer)
    parser = _FigureParser()
    parser.feed(answer.text)
    figures = {}
    for label, *_, figure in parser.rows:
        label = " ".join(label.split())
        number = 0 if figure == "\N{EN DASH}" else float(figure.replace(",", ""))
        figures[label] = figures.get(label, 0) + number
    return figures


def figures_added(before, answer):
    """By how much each group of a chart has grown since."""
    after = figures_on(answer)
    added = {label: after[label] - before.get(label, 0) for label in after}
    return {label: number for label, number in added.items() if number}


class _ErrorParser(HTMLParser):
    """Fields in whose form group an error text stands."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.field, self.errors, self._danger = None, {}, False

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag in ("input", "select", "textarea") and given.get("name"):
            self.field = given["name"]
        classes = (given.get("class") or "").split()
        if tag == "div" and "alert-danger" in classes and self.field:
            self._danger = True

    def handle_endtag(self, tag):
        if tag == "div":
            self._danger = False

    def handle_data(self, data):
        if self._danger and data.strip():
            self.errors.setdefault(self.field, " ".join(data.split()))


def invalid_fields(html):
    """The message under each field that was refused."""
    parser = _ErrorParser()
    parser.feed(html)
    return parser.errors


def assert_field_refused(answer, field):
    """The form came back, with its message at this field."""
    assert_page(answer)
    errors = invalid_fields(answer.text)
    assert field in errors, f"no message at {field!r}, only at {sorted(errors)}"


def assert_no_sql(text):
    """What a user reads doesn't tell how the database is made."""
    for word in ("INSERT INTO", "UPDATE ", "SELECT ", "Traceback", "sqlite3."):
        assert word not in text, f"the answer shows internals: {word!r}"


def is_denied(answer):
    """Whether a request was turned away: refused, or sent to the login or start page."""
    if answer.status_code in (401, 403, 404, 405):
        return True
    if answer.status_code not in (302, 303):
        return False
    path = urlsplit(answer.headers["Location"]).path
    return path.startswith("/login") or path == "/"
