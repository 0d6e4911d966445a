"""The bars beside the tables: one SVG, drawn by hand, that takes the reader's light or dark mode."""
from xml.sax.saxutils import escape

from tables import show, summary

STYLE = """
text { font: 12px system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1f2328 }
.page { fill: #ffffff } .title { font-size: 13px; font-weight: 600 } .quiet { fill: #656d76; font-size: 11px }
.head { font-size: 15px; font-weight: 600 } .ours { fill: #d9480f } .theirs { fill: #a3b3c2 } .spread { stroke: #1f2328 }
.axis { stroke: #d0d7de } .bold { font-weight: 600 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .page { fill: #0d1117 } .quiet { fill: #9198a1 } .ours { fill: #ff8a4c } .theirs { fill: #4b5a69 }
  .spread { stroke: #e6edf3 } .axis { stroke: #30363d }
}
"""
WIDTH, MARGIN, GAP = 900, 20, 30
PANEL = (WIDTH - 2 * MARGIN - GAP) // 2
LABELS, VALUES = 104, 62  # what a panel keeps for names on the left, for figures on the right
BAR, STEP, TITLE, BETWEEN = 13, 18, 24, 20


def words(x, y, text, kind="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{escape(text)}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def panel(x, y, title, better, bars):
    """Bars from zero: (name, figures), each with its median as length and a whisker from its least to its greatest."""
    parts = [words(x, y + 13, title, "title"), words(x + PANEL, y + 13, f"{better} is better", "quiet", "end")]
    left, room = x + LABELS, PANEL - LABELS - VALUES
    most = max((said["max"] for _, said in bars if said), default=0) or 1
    top = y + TITLE
    for i, (name, said) in enumerate(bars):
        at = top + i * STEP
        ours = name == "firedrill"
        parts.append(words(left - 8, at + 10.5, name, "bold" if ours else "", "end"))
        if not said:
            parts.append(words(left + 6, at + 10.5, "failed", "quiet"))
            continue
        end = left + room * said["median"] / most
        parts.append(f'<rect x="{left}" y="{at}" width="{max(end - left, 1):.1f}" height="{BAR}" rx="1.5" '
                     f'class="{"ours" if ours else "theirs"}"/>')
        least, greatest = (left + room * said[which] / most for which in ("min", "max"))
        if greatest - least > 1:
            parts.append(line(least, at + BAR / 2, greatest, at + BAR / 2, "spread"))
        parts.append(words(max(end, greatest) + 6, at + 10.5, show(said["median"]), "bold" if ours else ""))
    parts.append(line(left - 0.5, top - 3, left - 0.5, top + len(bars) * STEP - 2, "axis"))
    return parts


def picture(results, title, note):
    """Each group a line of panels, its rates on the left and its costs on the right. Rows that nobody has are left out."""
    noise = results.noise()
    parts, y = [], MARGIN + 44
    for group in results.groups:
        height = 0
        rows = [row for row in group.rows if not row.key.endswith("_failed")]
        for column, row in enumerate(rows):
            series = {peer: results.series[row.key, peer] for peer in results.peers}
            bars = [(peer, summary(one.known())) for peer, one in series.items() if one.known() or one.failures]
            if not bars:
                continue
            x = MARGIN + column % 2 * (PANEL + GAP)
            parts += panel(x, y, ("~ " if row.key in noise else "") + row.title, row.better, bars)
            height = max(height, TITLE + len(bars) * STEP + BETWEEN)
            if column % 2:
                y, height = y + height, 0
        y += height
    shown = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" role="img">',
             f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>",
             f'<rect class="page" width="{WIDTH}" height="{y}"/>',
             words(MARGIN, MARGIN + 10, title, "head"), words(MARGIN, MARGIN + 28, note, "quiet")]
    return "\n".join([*shown, *parts, "</svg>"]) + "\n"
