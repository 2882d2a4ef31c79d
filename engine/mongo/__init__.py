"""MongoDB: the driver, look-ups that are grouped, and a private server for development."""
