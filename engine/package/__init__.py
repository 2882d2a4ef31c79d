"""The engine as a package: which files it has, and how a newer version takes its place. It needs Python alone."""
