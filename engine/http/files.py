"""Files as they are: a page, its scripts and styles."""

from typing import Any

from tornado.web import StaticFileHandler

from engine.http.errors import ApiError
from engine.http.handler import Handler


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

    def set_extra_headers(self, path: str) -> None:
        """Called by Tornado for a file that is there."""
        self.set_header("Cache-Control", "no-cache")
