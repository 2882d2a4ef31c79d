"""The events of the engine about tokens: neither is the app's to send or to handle."""

EXPIRING = "token:expiring"
RENEW = "token:renew"
