"""What every REST answer has: one shape of error, limits, origins, security headers."""
