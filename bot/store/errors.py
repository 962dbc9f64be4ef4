"""What can go wrong in the store; no text of these errors carries anything a person wrote."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot do what it was asked to; the text says why and what to do."""


class KeyFileError(StoreError):
    """The key file cannot be read, is damaged, or cannot be written."""


class MissingKeyError(KeyFileError):
    """The database holds data but the key file is gone: without it nothing in the database can be read."""


class WrongKeyError(KeyFileError):
    """The key file belongs to another database."""


class DamagedDataError(StoreError):
    """A stored value does not open with its key: it was changed, moved to another row, or its key was replaced."""


class TurnConflict(StoreError):
    """Something this turn relied on was changed meanwhile by another. Nothing was written; decide the turn anew."""


class CaseAlreadyOpen(TurnConflict):
    """The person already has a case that is not closed."""

    def __init__(self, case_id: str | None = None) -> None:
        super().__init__("the person already has a case that is not closed")
        #: The case that is open, where it is known.
        self.case_id = case_id
