"""What models raise. handlers/errors.py says which answer each becomes; a subclass answers as its parent does."""


class ModelError(Exception):
    """Something that the client may be told: its text is one sentence for them.

    `code` is for programs, where they have to tell this error from others; `field` is the field of the form to blame.
    """

    message = code = field = ""

    def __init__(self, message: str = ""):
        super().__init__(message or self.message)


class NotFound(ModelError):
    message = "Not found"


class Forbidden(ModelError):
    message = "You may not do that"


class TooMany(ModelError):
    message = "There are too many already"
