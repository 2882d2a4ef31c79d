"""How deep the JSON of a client nests, told before it is parsed."""

from itertools import accumulate

STEPS = dict(zip(b"[{]}", (1, 1, -1, -1), strict=True))
NOT_BRACKETS = bytes(set(range(256)) - STEPS.keys())


def nests_deeper(text: str, depth: int) -> bool:
    """Whether the brackets of a JSON text nest deeper, those inside its strings left out."""
    return len(text) > depth and text.count("[") + text.count("{") > depth and _deepest(text) > depth


def _deepest(text: str) -> int:
    # As JSON has quotes only around strings once the escaped ones are out, every other piece between quotes is none.
    outside = "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])
    brackets = outside.encode().translate(None, NOT_BRACKETS)
    return max(accumulate(map(STEPS.__getitem__, brackets)), default=0)
