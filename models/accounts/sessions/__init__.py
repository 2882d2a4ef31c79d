"""Who may act as whom: sessions, and the tokens that come with them, from a login to its end.

Nothing else writes the collection of that name, and here `refreshing` and `ending` write fields of their own.
"""

from models.accounts.sessions.access import Access
from models.accounts.sessions.ending import Ended, end_all, forget_places
from models.accounts.sessions.indexes import prepare
from models.accounts.sessions.session import Session, addresses
from models.accounts.sessions.sessions import Pair, Sessions

__all__ = ["Access", "Ended", "Pair", "Session", "Sessions", "addresses", "end_all", "forget_places", "prepare"]
