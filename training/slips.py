"""Builds models/slips-en.bin: what tells a slip of the pen from another word, where both readings could be meant.

    pip install wordfreq==3.1.1
    python slips.py --data ../../shared/data --out ../models/slips-en.bin

Two tables. How letters follow each other in English words and names: of every two letters how likely each third is, so
that of two unknown words that differ in a letter the one with the strange sequence can be told from the one that is
spelled like a name. And which words follow each other in questions, how often: a word that nobody puts there, where
another always stands, is that other word mistyped (`how lon is`).

The letters are learnt from the words of `lexicon.py`, each counted once; the pairs from Natural Questions (CC BY-SA 3.0),
the well-formedness set (CC BY-SA 4.0), CLINC150 (CC BY 3.0) and HWU64 (CC BY 4.0). Pairs stand as places and
fingerprints, as words do in the lexicon, so no sentence can be read out of them. The layout is read by
src/embedders/lexicon/slip-evidence.ts.

Little-endian: 0 magic "RSLP" | 4 version u16 | 6 zero u16 | 8 bytes of the letters u32 | 12 zero u32
16 SHA-256 of what follows, 32 bytes | 48 the letters: for every first, second and third of the 28 signs (end of a word,
a to z, any other) the surprise in sixteenths of a nat, u8 | a lexicon of "first second", whose frequency is 16 times the
binary logarithm of the count. An end of the question is an empty word, and * stands for any word.
"""

import argparse
import gzip
import hashlib
import json
import math
import re
import struct
from collections import Counter
from pathlib import Path

from lexicon import shares, table_of

SIGNS = 28
STEPS_PER_NAT = 16
STEPS_PER_DOUBLING = 16
"""Added to every count of letters, so that nothing is impossible."""
SMOOTHING = 0.3
LEAST_COUNT = 2
ANY = "*"
BUCKET_BITS = 13


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


def pair_counts(texts) -> Counter:
    counts = Counter()
    for text in sorted(set(re.sub(r"[^a-z0-9' -]+", " ", text.lower()).strip() for text in texts)):
        words = ["", *text.split(), ""]
        for first, second in zip(words, words[1:]):
            counts.update((f"{first} {second}", f"{first} {ANY}", f"{ANY} {second}"))
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    folder = options.data / "semantic"
    surprises = letters(word for word in shares(folder) if word.isalpha())
    counts = {pair: count for pair, count in pair_counts(questions(folder)).items() if count >= LEAST_COUNT and pair.isascii()}
    pairs = table_of(
        ((pair, min(255, round(STEPS_PER_DOUBLING * math.log2(count)))) for pair, count in sorted(counts.items())),
        BUCKET_BITS,
    )
    body = surprises + pairs
    head = struct.pack("<4sHHII", b"RSLP", 1, 0, len(surprises), 0) + hashlib.sha256(body).digest()
    options.out.write_bytes(head + body)
    print(f"{len(counts)} pairs of words, {len(head) + len(body)} bytes")


if __name__ == "__main__":
    main()
