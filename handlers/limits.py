"""How often something may be done. Yours: name a limit here, and write `@limited("that name")` above a method.

It counts each user for themselves, and who is not logged in by their address. The first too many is answered with 429,
and when to come again. With REDIS_URL all processes count together; RATE_LIMITS=false counts nothing.
"""

from handlers.accounts.limits import ACCOUNT_LIMITS

LIMITS = {
    **ACCOUNT_LIMITS,
    # The example
    "new rooms": "60 per hour",
    "messages": "120 per minute",
    # End of the example
}
