"""A name for the device that somebody logged in on, which they will know again."""

# In this order: each of these says in its User-Agent that it is those below it as well.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "FxiOS": "Firefox", "CriOS": "Chrome",
            "Chrome": "Chrome", "Safari": "Safari"}  # fmt: skip
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "CrOS": "ChromeOS",
           "Mac OS": "macOS", "Linux": "Linux"}  # fmt: skip
LONGEST_PROGRAM = 30


def device_name(user_agent: str) -> str:
    """Such as "Firefox on Linux", from the header User-Agent; of a program that is no browser, its first word."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    program = user_agent.partition("/")[0].strip()
    return program[:LONGEST_PROGRAM] if program.isprintable() and program else "Unknown device"


def _first(names: dict[str, str], text: str) -> str | None:
    return next((name for mark, name in names.items() if mark in text), None)
