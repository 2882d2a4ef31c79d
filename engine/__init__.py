"""The machinery under the app: a newer version replaces this folder as a whole. Not yours to edit."""

__version__ = "1.0.0"
