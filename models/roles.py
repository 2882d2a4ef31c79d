"""The roles of users. Yours: add one here, and `python -m models role anna cook` gives it to somebody.

Who may do what stands where it is done: `@allowed("cook")` in handlers, `@io.on("event", allow="cook")` in events.
"""

ROLES = ["authenticated", "admin"]
"""The first is that of everybody who registers."""


def check_role(role: str) -> None:
    """Raises ValueError unless there is such a role."""
    if role not in ROLES:
        raise ValueError(f"There is no role {role!r}; models/roles.py has {', '.join(ROLES)}")
