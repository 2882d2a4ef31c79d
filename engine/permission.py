"""Who may do something: a role, several, or whatever a function says of the user."""

from collections.abc import Callable, Collection
from inspect import isawaitable, iscoroutinefunction
from typing import Any

ASYNC = "who may do it cannot be found out by an async function; ask the database in the handler"
One = str | Callable[[Any], bool]
Allow = One | Collection[One]


def check_allow(allow: Any) -> None:
    """Raise TypeError for what is no role, no function, and no collection of these."""
    if isinstance(allow, list | tuple | set | frozenset):
        for each in allow:  # pyright: ignore[reportUnknownVariableType] whatever an app has put there
            check_allow(each)
    elif not (callable(allow) or (isinstance(allow, str) and allow)):
        raise TypeError('who may do it is a role, a function of the user, or several: allow="cook"')
    elif iscoroutinefunction(allow):
        raise TypeError(ASYNC)


def is_allowed(user: Any, allow: Allow) -> bool:
    """Whether the user, who has a `role`, is one of those. Raises TypeError for a function that is asynchronous."""
    if isinstance(allow, str):
        return user.role == allow
    if not callable(allow):
        return any(is_allowed(user, each) for each in allow)
    answer = allow(user)
    if isawaitable(answer):
        raise TypeError(ASYNC)
    return bool(answer)
