"""Accounts: signing in, sessions, passwords and e-mail addresses. A clone rarely changes them."""
