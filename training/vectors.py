"""Asks the teacher for the vector of every text, in parts that are kept, so that a broken run goes on where it was.

    python vectors.py --texts work/texts.json --out work/vectors
"""

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np

from teacher import Teacher

PART = 30_000


def shuffled(texts: list[str]) -> list[int]:
    order = list(range(len(texts)))
    random.Random(1).shuffle(order)
    return order


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    texts = json.loads(options.texts.read_text())["texts"]
    order = shuffled(texts)
    teacher = Teacher()
    options.out.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(order), PART):
        path = options.out / f"{start:08d}.npy"
        if path.exists():
            continue
        before = time.time()
        vectors = teacher.encode([texts[at] for at in order[start : start + PART]])
        np.save(path, vectors.astype(np.float16))
        print(f"{start + len(vectors)} of {len(order)}: {len(vectors) / (time.time() - before):.0f} texts a second", flush=True)


if __name__ == "__main__":
    main()
