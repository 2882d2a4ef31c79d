"""Files as they are: a page, its scripts and styles."""

import os
from collections.abc import Generator
from typing import Any

from tornado.web import StaticFileHandler

from engine.http.errors import ApiError
from engine.http.handler import Handler

PORTION_BYTES = 64 * 1024


class FileHandler(Handler, StaticFileHandler):
    """Serves a folder, with errors in the envelope. Browsers ask each time whether a file has changed."""

    needs_database = False

    def head(self, *args: Any, **kwargs: Any) -> Any:
        """As StaticFileHandler's, which does not read the file."""
        return StaticFileHandler.head(self, *args, **kwargs)

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """As StaticFileHandler's, for whatever name is asked for."""
        try:
            return super().validate_absolute_path(root, absolute_path)
        except ValueError:  # a NUL in the name
            raise ApiError(404) from None

    @classmethod
    def get_content(
        cls, abspath: str, start: int | None = None, end: int | None = None
    ) -> Generator[bytes, None, None]:
        """As StaticFileHandler's, with the file open only while it is read: a client may be slow to take a portion."""
        position, last = start or 0, os.path.getsize(abspath) if end is None else end
        while position < last and (portion := _read(abspath, position, min(PORTION_BYTES, last - position))):
            position += len(portion)
            yield portion

    def set_extra_headers(self, path: str) -> None:
        """Called by Tornado for a file that is there."""
        self.set_header("Cache-Control", "no-cache")


def _read(path: str, position: int, size: int) -> bytes:
    with open(path, "rb") as file:
        file.seek(position)
        return file.read(size)
