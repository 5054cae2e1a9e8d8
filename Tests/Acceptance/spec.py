"""Reads the tables of docs/spec/line.md, so that the page and the program can be held against each other."""

from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "spec" / "line.md"


def tables():
    """Every table as a list of rows, each row a tuple of cells; the first row is the head."""
    found, rows = [], []
    for line in PAGE.read_text().splitlines():
        if line.startswith("|"):
            cells = tuple(cell.strip() for cell in line.strip("|").split("|"))
            if not set(cells[0]) <= set("-"):
                rows.append(cells)
        elif rows:
            found.append(rows)
            rows = []
    return found


def table(*head):
    """The rows of the tables whose head is this, without it."""
    return [row for rows in tables() if rows[0] == head for row in rows[1:]]


def keys():
    """{key of line.json: (default, what it may be)}"""
    rows = table("key", "default", "may be", "what")
    return {key.strip("`"): (default.strip("`"), allowed) for key, default, allowed, _ in rows}


def members(text):
    """The words in backticks."""
    return text.split("`")[1::2]
