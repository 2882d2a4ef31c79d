"""Who may act as whom: sessions, and the tokens that come with them, from a login to its end.

Nothing else writes the collection of that name, and here `refreshing` and `ending` write fields of their own.
"""

from models.accounts.sessions.access import Access
from models.accounts.sessions.ending import Ended, EndingsForgotten, end_all
from models.accounts.sessions.indexes import prepare
from models.accounts.sessions.session import Session
from models.accounts.sessions.sessions import Pair, Sessions

__all__ = ["Access", "Ended", "EndingsForgotten", "Pair", "Session", "Sessions", "end_all", "prepare"]
