# SPDX-License-Identifier: GPL-2.0-or-later
"""What reports of measurements are made of: tables, and the part of a document that is theirs."""
import re


def number(value):
    return f"{value:,}"


def against(value, target):
    """In words, whether a figure is as small as it shall be."""
    if value <= target:
        return f"reached (≤ {number(target)})"
    return f"missed by {number(value - target)}, {(value - target) * 100 / target:.1f} % (≤ {number(target)})"


def times(value, base):
    return f"{value / base:.2f}"


class Table:
    def __init__(self, caption, head):
        self.caption, self.head, self.rows = caption, head, []

    def add(self, *cells):
        self.rows.append([str(cell) for cell in cells])

    def text(self):
        """A simple table of reStructuredText, which a terminal shows as well."""
        widths = [max(map(len, column)) for column in zip(self.head, *self.rows)]
        rule = "  ".join("=" * width for width in widths)
        line = lambda cells: "  ".join(  # noqa: E731
            cell.ljust(width) if i == 0 or not cell[:1].isdigit() else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(cells, widths))).rstrip()
        return "\n".join([self.caption, "", rule, line(self.head), rule,
                          *map(line, self.rows), rule, ""])


def with_figures(document, target, part):
    """The document's text with the figures that this make target writes into it."""
    marks = re.compile(rf"(?<=^\.\. figures begin, made by make {target}\n).*?(?=^\.\. figures end$)",
                       re.S | re.M)
    text, found = marks.subn(lambda _: part, document.read_text(encoding="utf-8"))
    if found != 1:
        raise SystemExit(f"{document} lacks the lines between which the figures of {target} stand")
    return text
