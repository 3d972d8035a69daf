"""Slips of the pen: how people misspell what they type, for training that must not be moved far by one."""

import gzip
import random
import re
from pathlib import Path

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def neighbours() -> dict[str, str]:
    """Keys beside each other on a keyboard."""
    found: dict[str, set[str]] = {}
    for line, row in enumerate(ROWS):
        for at, key in enumerate(row):
            beside = {row[at + step] for step in (-1, 1) if 0 <= at + step < len(row)}
            if line + 1 < len(ROWS):
                beside |= {ROWS[line + 1][at + step] for step in (-1, 0) if 0 <= at + step < len(ROWS[line + 1])}
            for other in beside:
                found.setdefault(key, set()).add(other)
                found.setdefault(other, set()).add(key)
    return {key: "".join(sorted(others)) for key, others in found.items()}


class Slips:
    def __init__(self, data: Path, seed: int):
        self.chance = random.Random(seed)
        self.beside = neighbours()
        with gzip.open(data / "semantic" / "nlpaug_spelling_en.txt.gz", "rt", encoding="utf-8") as file:
            lists = [line.split() for line in file]
        self.known = {words[0].lower(): words[1:] for words in lists if len(words) > 1}

    def word(self, word: str) -> str:
        """One slip in a word of four letters or more."""
        usual = self.known.get(word.lower())
        if usual and self.chance.random() < 0.25:
            return self.chance.choice(usual)
        kind, at = self.chance.random(), self.chance.randrange(len(word))
        if kind < 0.25:
            return word[:at] + word[at + 1 :]
        if kind < 0.5 and at + 1 < len(word):
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        letter = self.chance.choice(self.beside.get(word[at].lower(), "") or "etaoinsr")
        if self.chance.random() < 0.3:
            letter = self.chance.choice("abcdefghijklmnopqrstuvwxyz")
        if kind < 0.75:
            return word[:at] + letter + word[at + 1 :]
        if self.chance.random() < 0.5:
            letter = word[at]
        return word[:at] + letter + word[at:]

    def text(self, text: str) -> str:
        """One slip, seldom two; the text itself when it has no word that is long enough."""
        for _ in range(2 if self.chance.random() < 0.2 else 1):
            words = [match.span() for match in re.finditer(r"[A-Za-z]{4,}", text)]
            if not words:
                return text
            start, end = self.chance.choice(words)
            text = text[:start] + self.word(text[start:end]) + text[end:]
        return text
