"""Puts the teacher's similarity in the place of the built-in one, for the rows whose texts have its vectors.

    python sentence_features.py STATIC.jsonl VECTORS.jsonl OUT.jsonl
"""

import base64
import json
import sys

import numpy as np


def main() -> None:
    static, vectors, target = sys.argv[1:4]
    known = {}
    for line in open(vectors, encoding="utf-8"):
        row = json.loads(line)
        known[row["text"]] = np.frombuffer(base64.b64decode(row["vector"]), dtype="<f4")
    with open(target, "w", encoding="utf-8") as out:
        for line in open(static, encoding="utf-8"):
            row = json.loads(line)
            one, other = known.get(row["a"]), known.get(row["b"])
            if one is None or other is None:
                continue
            row["features"][0] = round(min(1.0, max(0.0, float(one @ other))), 5)
            out.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
