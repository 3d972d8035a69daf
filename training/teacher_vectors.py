"""Writes the teacher's vectors of texts, for training the scorer and for measuring.

    python teacher_vectors.py TEXTS.jsonl OUT.jsonl

TEXTS has one JSON string a line. OUT gets lines {"text": ..., "vector": base64 of 32-bit floats}.
"""

import base64
import json
import sys

from teacher import Teacher

PART = 4096


def main() -> None:
    source, target = sys.argv[1:3]
    with open(source, encoding="utf-8") as lines:
        texts = [json.loads(line) for line in lines if line.strip()]
    teacher = Teacher()
    with open(target, "w", encoding="utf-8") as out:
        for start in range(0, len(texts), PART):
            part = texts[start : start + PART]
            for text, vector in zip(part, teacher.encode(part).astype("<f4")):
                out.write(json.dumps({"text": text, "vector": base64.b64encode(vector.tobytes()).decode()}) + "\n")
            print(f"{start + len(part)} of {len(texts)}", file=sys.stderr)


if __name__ == "__main__":
    main()
