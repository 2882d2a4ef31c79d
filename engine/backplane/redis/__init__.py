"""Nodes on one Redis (6.2 or newer) or Valkey."""
