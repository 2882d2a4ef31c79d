"""Users and their sessions, tokens, codes and passwords. A clone rarely changes them."""
