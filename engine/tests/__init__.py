"""Tests of the engine, without the app."""
