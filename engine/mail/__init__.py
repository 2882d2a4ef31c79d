"""Mails, sent in the background."""
