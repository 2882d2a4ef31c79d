"""How often accounts may be tried: so often that people do not notice, and too seldom for guessing."""

# By address means by everybody behind it, which may be a school: these stop programs, not classes.
ACCOUNT_LIMITS = {
    # By name means by what was typed, a username or an e-mail. Logins that succeed are given back, and forgotten for
    # their name; but there may be only so many of these, too.
    "login by name and address": "10 per 5 minutes",
    "login by address": "100 per 5 minutes",
    "logins by account": "100 per hour",
    # From addresses where nobody has logged in to the account yet: its owner still gets in at home.
    "login by name from new addresses": "100 per hour",
    "register by address": "100 per hour",
    "refresh by session": "30 per minute",
    "refresh by address": "1000 per minute",
    "password checks": "10 per 5 minutes",
    # Of those who ask for a mail with a link: to set a new password, or to confirm an address.
    "mail by e-mail and address": "5 per hour",
    "mail by address": "60 per hour",
    "mails to one e-mail": "5 per hour",
    # Of those who come back with the code.
    "codes by address": "100 per hour",
}
