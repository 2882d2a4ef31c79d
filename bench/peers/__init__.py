"""The servers that are compared. Each is a program of its own and imports no other."""
