"""The one base class of every error that this package raises on purpose."""


class J1553Error(Exception):
    """Something that the user can mend; its text is one line: where, what was expected, what to do."""
