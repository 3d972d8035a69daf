"""Builds models/slips-en.bin: what tells a slip of the pen from another word, where both readings could be meant.

    pip install wordfreq==3.1.1
    python slips.py --data ../../shared/data --out ../models/slips-en.bin

Three kinds of counts. How letters follow each other in English words and names: of every two letters how likely each
third is, so that of two unknown words that differ in a letter the one with the strange sequence can be told from the one
that is spelled like a name. Which words follow each other in questions, how often: a word that nobody puts there, where
another always stands, is that other word mistyped (`how lon is`). And contexts that all but say a word (`net _`,
`what _ of`, `what does ... _`): of those the words that they foretell, as often as at least LEAST_SHARE or
another such share says, and the words that were seen there and look like one of them.

The letters are learnt from the words of `lexicon.py`, each counted once; the pairs from Natural Questions (CC BY-SA 3.0),
the well-formedness set (CC BY-SA 4.0), CLINC150 (CC BY 3.0) and HWU64 (CC BY 4.0). Pairs stand as places and
fingerprints, as words do in the lexicon, so no sentence can be read out of them. The layout is read by
src/embedders/lexicon/slip-evidence.ts.

Little-endian: 0 magic "RSLP" | 4 version u16 | 6 zero u16 | 8 bytes of the letters u32 | 12 zero u32
16 SHA-256 of what follows, 32 bytes | 48 the letters: for every first, second and third of the 28 signs (end of a word,
a to z, any other) the surprise in sixteenths of a nat, u8 | a lexicon of "first second" and "context word", whose frequency
is 16 times the binary logarithm of the count. In a pair an end of the question is an empty word; in a context _ is the
place of the word, ^ the beginning and $ the end of the question, and ... stands for whatever lies between. * is any word.
"""

import argparse
import gzip
import hashlib
import json
import math
import re
import struct
from collections import Counter, defaultdict
from pathlib import Path

from lexicon import shares, slips, table_of

SIGNS = 28
STEPS_PER_NAT = 16
STEPS_PER_DOUBLING = 16
"""Added to every count of letters, so that nothing is impossible."""
SMOOTHING = 0.3
LEAST_COUNT = 2
ANY = "*"
BUCKET_BITS = 14
"""Of all that stands in a context, the least that makes a word foretold, and how often it must have been seen there;
the same for what stands behind the words that open a question, where even common words are told by it, and for the word
that opens it: of those there are few."""
LEAST_SHARE, LEAST_SEEN = 0.1, 3
LEAST_SHARE_OF_FRAMES, LEAST_SEEN_IN_FRAMES = 0.2, 10
LEAST_SHARE_OF_OPENINGS = 0.03
OPENING, FRAME, OTHER = "opening", "frame", "other"
"""Commoner words are mostly grammar, which is told otherwise."""
MOST_SHARE_OF_ALL = 0.002
"""What was seen in a context in place of a word like it, so many times as often, belongs there too; of the first word of a
question whatever was seen more than once."""
LEAST_RATIO = 0.01
"""Beside so many a single one is a slip that was counted."""
OFTEN = 30


def sign(letter: str) -> int:
    return ord(letter) - 96 if "a" <= letter <= "z" else 27


def letters(words) -> bytes:
    counts = [0] * SIGNS**3
    for word in words:
        signs = [0, 0, *map(sign, word), 0]
        for first, second, third in zip(signs, signs[1:], signs[2:]):
            counts[(first * SIGNS + second) * SIGNS + third] += 1
    surprises = bytearray()
    for pair in range(SIGNS**2):
        row = counts[pair * SIGNS : (pair + 1) * SIGNS]
        total = sum(row) + SMOOTHING * SIGNS
        surprises += bytes(min(255, round(-math.log((count + SMOOTHING) / total) * STEPS_PER_NAT)) for count in row)
    return bytes(surprises)


def questions(folder: Path):
    def lines(name):
        with gzip.open(folder / name, "rt", encoding="utf-8") as file:
            yield from (line.rstrip("\r\n") for line in file)

    yield from (json.loads(line)["question"] for line in lines("nq_open_dev_3610.jsonl.gz"))
    yield from (line.split("\t")[0] for line in lines("query_wellformedness_train.tsv.gz"))
    yield from (line.split("\t")[1] for line in lines("hwu64_label_text.tsv.gz"))
    for part, pairs in json.loads("".join(lines("clinc150_data_full.json.gz"))).items():
        if not part.startswith("oos"):
            yield from (text for text, _ in pairs)


def plain(texts) -> list[str]:
    return sorted(set(re.sub(r"[^a-z0-9' -]+", " ", text.lower()).strip() for text in texts))


def pair_counts(texts) -> Counter:
    counts = Counter()
    for text in plain(texts):
        words = ["", *text.split(), ""]
        for first, second in zip(words, words[1:]):
            counts.update((f"{first} {second}", f"{first} {ANY}", f"{ANY} {second}"))
    return counts


def contexts(words, at) -> list[tuple[str, str]]:
    """Those of the word at a place, and of which kind each is. As in foretold.ts."""
    padded = ["^", "^", *words, "$", "$"]
    before_that, before, _, behind, behind_that = padded[at : at + 5]
    found = [
        (f"{before_that} {before} _", FRAME if before_that == "^" else OTHER),
        (f"{before} _ {behind}", OPENING if at == 0 else OTHER),
        (f"_ {behind} {behind_that}", OTHER),
        (f"{before} _", OTHER),
        (f"_ {behind}", OTHER),
    ]
    if at == 0:
        found.append((f"^ _ {behind} {behind_that}", OPENING))
    if at == 1:
        found.append((f"^ {before} _ {behind}", FRAME))
    if at == len(words) - 1 and at > 1:
        found.append((f"^ {words[0]} {words[1]} ... _", FRAME))
    return found


def foretold_counts(texts, common: set[str]) -> dict[str, int]:
    seen: dict[str, Counter] = defaultdict(Counter)
    kinds = {}
    for text in plain(texts):
        words = text.split()
        for at, word in enumerate(words):
            for context, kind in contexts(words, at):
                seen[context][word] += 1
                kinds[context] = kind
    counts = {}
    for context, words in seen.items():
        kind = kinds[context]
        least = LEAST_SEEN if kind == OTHER else LEAST_SEEN_IN_FRAMES
        share = {OTHER: LEAST_SHARE, FRAME: LEAST_SHARE_OF_FRAMES, OPENING: LEAST_SHARE_OF_OPENINGS}[kind]
        total = words.total()
        for word, count in words.items():
            if count < least or count < share * total or not word.isalpha() or (kind != OPENING and word in common):
                continue
            counts[f"{context} {ANY}"] = total
            counts[f"{context} {word}"] = count
            like = slips(word) & words.keys()
            seldom = 1 if kind == OPENING or count >= OFTEN else 0
            if kind != OPENING:
                seldom = max(seldom, LEAST_RATIO * count)
            counts.update({f"{context} {other}": words[other] for other in like if words[other] > seldom})
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    folder = options.data / "semantic"
    known = shares(folder)
    surprises = letters(word for word in known if word.isalpha())
    counts = {pair: count for pair, count in pair_counts(questions(folder)).items() if count >= LEAST_COUNT and pair.isascii()}
    common = {word for word, share in known.items() if share > MOST_SHARE_OF_ALL}
    foretold = foretold_counts(questions(folder), common)
    pairs = table_of(
        ((pair, min(255, round(STEPS_PER_DOUBLING * math.log2(count)))) for pair, count in sorted({**foretold, **counts}.items())),
        BUCKET_BITS,
    )
    body = surprises + pairs
    head = struct.pack("<4sHHII", b"RSLP", 1, 0, len(surprises), 0) + hashlib.sha256(body).digest()
    options.out.write_bytes(head + body)
    print(f"{len(counts)} pairs of words, {len(foretold)} counts of contexts, {len(head) + len(body)} bytes")


if __name__ == "__main__":
    main()
