"""Writes what the `tokenizers` package and the student make of a few texts of our own, for the tests of src/embedders/.

    python fixture.py --model ../models/static-en.bin --out ../src/embedders/fixtures/static-en.json
"""

import argparse
import json
from pathlib import Path

from student import StudentFile

TEXTS = [
    "How do I reset my password?",
    "how do i reset my pasword",
    "HOW DO I RESET MY PASSWORD?!",
    "What's the difference between TCP/IP and UDP?",
    "I can't log in -- it says \"account locked\" (error #4021).",
    "Convert 1,299.50 EUR to USD at 3pm, please.",
    "kubernetes, PostgreSQL and my_variable_name in C++",
    "user@example.org; https://example.org/a?b=c&d=%20",
    "Crème brûlée in São Paulo, naïve façade, Ångström, ﬁne ligature",
    "Où est la bibliothèque à Québec?",
    "Straße, GRÜSSE und ÄÖÜ",
    "ΟΔΥΣΣΕΥΣ και Σίσυφος",
    "İstanbul'da hava nasıl?",
    "Что такое кэш?",
    "什么是缓存? 東京タワーの高さは",
    "서울의 날씨는 어때요",
    "ما هي عاصمة مصر؟",
    "हिन्दी में कैश क्या है",
    "ผมจะรีเซ็ตรหัสผ่านได้อย่างไร",
    "emoji 🙂 between 👩‍💻 words and 🇫🇷 flags",
    "tabs\tand\nnew\r\nlines\u00a0and\u2009thin\u3000wide spaces",
    "zero\u200bwidth, soft\u00adhyphen, bell\u0007 and nul\u0000 and \ufffd",
    "curly ’quotes’ “double” – dash — long … dots",
    "$5 + 10% = ^_^ `code` ~tilde~ <b>|</b>",
    "price: £20, ¥300, ₹5, 5 °C, ½ cup, x² ≤ 10",
    "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "a" * 100,
    "b" * 101,
    "𝒳 and 𐍈 beyond the first plane, 𠀀 too",
    "...",
    "   ",
    "",
]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    student = StudentFile(options.model)
    unknown = "[UNK]"
    cases = []
    for text, vector in zip(TEXTS, student.encode(TEXTS)):
        pieces = [piece for piece in student.reader.tokenizer.encode(text, add_special_tokens=False).tokens if piece != unknown]
        # A few numbers tell a wrong row or weight as well as all of them.
        cases.append({"text": text, "pieces": pieces, "vector": [round(float(value), 5) for value in vector[::16]]})
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"name": student.name, "cases": cases}, ensure_ascii=True, indent=1) + "\n")


if __name__ == "__main__":
    main()
