"""Draws the results as horizontal bars, in SVG, readable on light and on dark."""

from xml.sax.saxutils import escape

WIDTH, LEFT, BAR = 860, 120, 560
ROW, TITLE, GAP = 17, 24, 14
COLOURS = {
    "ours": "#2f81f7",
    "node": "#3f9142",
    "node_recovering": "#7fb285",
    "stock_tornado": "#c2762b",
    "stock_asgi": "#9a6ad6",
    "floor": "#8b949e",
    "node_redis": "#7fb285",
    "node_sharded": "#3f9142",
}
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 13px }
.head { font-weight: 600; font-size: 17px }
.small { fill: #59636e; font-size: 11px }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .small { fill: #9198a1 } }
"""
# Not drawn: the table has all of them, the picture those that differ in kind.
LEFT_OUT = ("join-", "leave-", "disconnect-")


def words(x: float, y: float, said: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{escape(said)}</text>'


def amount(value: float, noise: float | None, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}" + ("" if noise is None else f" ±{noise:.0%}")


def compared(value: float, ours: float | None, peer: str) -> str:
    """How many times ours: over 1 says that ours is cheaper."""
    return f", {value / ours:.1f} x ours" if ours and peer != "ours" else ""


def bars(figure: dict, titles: dict[str, str], top: float) -> tuple[list[str], float]:
    """One figure: its title and a bar a peer, the longest as wide as there is room."""
    medians = {peer: value for peer in titles if (value := figure["medians"].get(peer)) is not None}
    longest, ours = max(medians.values()) or 1, medians.get("ours")
    shapes = [words(0, top + 14, figure["title"], "title")]
    y = top + TITLE
    for peer, value in medians.items():
        width, noise = max(1.5, value / longest * BAR), figure["noise"].get(peer)
        shapes += [
            words(LEFT - 8, y + 11, titles[peer], anchor="end"),
            f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{ROW - 4}" rx="2" fill="{COLOURS[peer]}"/>',
            words(LEFT + width + 6, y + 11, amount(value, noise, figure["unit"]) + compared(value, ours, peer)),
        ]
        y += ROW
    return shapes, y + GAP


def origin(results: dict) -> list[str]:
    """The machine, the day and the versions that these figures come from."""
    machine = results["machine"]
    versions = [f"{name} {version}" for name, version in machine["versions"].items()]
    half = (len(versions) + 1) // 2
    return [
        f"{results['date']}, medians of rounds: {results['rounds']}, ± half of what the middle half of them spans",
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['kernel']}",
        ", ".join(versions[:half]),
        ", ".join(versions[half:]),
    ]


def draw(results: dict) -> str:
    """The picture of what `report.collect` returned."""
    shapes = [
        words(0, 18, "What a server spends: CPU (user + system) or memory a unit. Shorter is better.", "head"),
        words(0, 37, "One process on one core. An event sent to many sockets counts once for each of them.", "small"),
    ]
    y = 52.0
    for figure in results["figures"]:
        if not figure["key"].startswith(LEFT_OUT):
            drawn, y = bars(figure, results["peers"], y)
            shapes += drawn
    for said in origin(results):
        shapes.append(words(0, y + 10, said, "small"))
        y += 16
    body = "\n".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 -8 {WIDTH + 32} {y + 24:g}" width="{WIDTH + 32}">\n'
        f"<style>{STYLE}</style>\n{body}\n</svg>\n"
    )
