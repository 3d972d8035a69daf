"""Writes the student's table as the file that src/embedders/static-model.ts reads (its layout stands there).

    python export.py --student work/student.npz --name reprise-static-en-1 --out ../models/static-en.bin
"""

import argparse
import hashlib
import json
import struct
from pathlib import Path

import numpy as np

from student import LONGEST, SHORTEST
from teacher import load_tokenizer

VERSION = 1


def quantised(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A scale and 8-bit numbers for each row."""
    scales = (np.abs(table).max(axis=1) / 127).astype(np.float32)
    rows = np.rint(table / np.maximum(scales, 1e-20)[:, None]).clip(-127, 127).astype(np.int8)
    return scales, rows


def file_of(name: str, table: np.ndarray, pieces: list[str], words: list[str], buckets: int) -> bytes:
    scales, rows = quantised(table)
    vocabulary = "\n".join([*pieces, *words]).encode()
    header = json.dumps(
        {
            "name": name,
            "dimensions": table.shape[1],
            "pieces": len(pieces),
            "words": len(words),
            "buckets": buckets,
            "shortest": SHORTEST,
            "longest": LONGEST,
            "vocabularyBytes": len(vocabulary),
        }
    ).encode()
    text = header + vocabulary
    body = text + bytes(-len(text) % 4) + scales.tobytes() + rows.tobytes()
    return struct.pack("<4sIII", b"RSTA", VERSION, len(header), 0) + hashlib.sha256(body).digest() + body


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--student", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    student = np.load(options.student)
    tokenizer = load_tokenizer()
    pieces = [tokenizer.id_to_token(int(at)) for at in student["kept"]]
    words = [str(word) for word in student["words"]]
    content = file_of(options.name, student["table"], pieces, words, int(student["buckets"]))
    options.out.write_bytes(content)
    print(f"{options.out}: {len(content) / 1e6:.2f} MB, {len(student['table'])} rows, SHA-256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
