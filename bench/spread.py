"""How far rounds lie apart, which is what of a difference may be noise."""

from statistics import quantiles


def spread(values: list[float]) -> float:
    """Half of what the middle half of the values spans, in their unit; of a single one 0."""
    if len(values) < 2:
        return 0.0
    first, _, third = quantiles(values, n=4, method="inclusive")
    return (third - first) / 2
