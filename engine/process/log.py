"""Lines of the log that tell which process they are of."""

import logging

from tornado.log import LogFormatter


def number_lines(number: int) -> None:
    """Have each line name the process of this number."""
    formatter = LogFormatter(LogFormatter.DEFAULT_FORMAT.replace("%(asctime)s", f"%(asctime)s #{number}"))
    for handler in logging.getLogger().handlers:
        handler.setFormatter(formatter)
