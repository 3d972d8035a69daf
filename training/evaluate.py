"""Measures embedders on sets that no training has seen and prints one table (Markdown).

    python evaluate.py --data ../../shared/data --model ../models/static-en.bin [--teacher]

STS-B, SICK: Spearman's rank correlation of the cosine with the human score. MRPC, QQP, MQP: average precision and
area under the ROC curve of the cosine as a classifier. Recall: how often the right text is the nearest, or among the
eight nearest, of all candidates: MARCO queries with one typing error against the 10,000 clean ones (padded with
questions of another set), gptcache_mock's second form against 999 first ones and the same padding, and the second
question of a duplicate pair of QQP against all first questions of the set.
"""

import argparse
import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import average_precision_score, roc_auc_score

Encode = Callable[[list[str]], np.ndarray]
CANDIDATES = 10_000


def read(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode("utf-8-sig")


class Sets:
    def __init__(self, data: Path):
        folder = data / "semantic"
        stsb = [line.split("\t") for line in read(folder / "stsb_dev.csv.gz").splitlines()]
        self.stsb = [(row[5], row[6], float(row[4])) for row in stsb]
        sick = list(csv.DictReader(io.StringIO(read(folder / "SICK.txt.gz")), delimiter="\t", quoting=csv.QUOTE_NONE))
        self.sick = [(row["sentence_A"], row["sentence_B"], float(row["relatedness_score"])) for row in sick]
        mrpc = [line.split("\t") for line in read(folder / "mrpc_train.tsv.gz").splitlines()[1:]]
        self.mrpc = [(row[3], row[4], int(row[0])) for row in mrpc]
        qqp = [line.split("\t") for line in read(folder / "qqp_wang_dev_10k.tsv.gz").splitlines()[1:]]
        self.qqp = [(row[4], row[5], int(row[6])) for row in qqp if len(row) == 7]
        mqp = list(csv.reader(io.StringIO(read(folder / "mqp_half.csv.gz"))))
        self.mqp = [(row[1], row[2], int(row[3])) for row in mqp]
        clean = self._marco(folder / "marco_dev_queries_6980.tsv.gz")
        typed = self._marco(folder / "marco_dev_queries_typo1.tsv.gz")
        padding = [line.split("\t")[0] for line in read(folder / "query_wellformedness_train.tsv.gz").splitlines()]
        names = sorted(clean)
        self.typo = ([typed[name] for name in names], [clean[name] for name in names])
        self.typo_padding = padding[: CANDIDATES - len(names)]
        mock = json.loads(read(folder / "gptcache_mock_data.json.gz"))
        self.mock = ([item["similar"] for item in mock], [item["origin"] for item in mock])
        self.mock_padding = padding[: CANDIDATES - len(mock)]

    @staticmethod
    def _marco(path: Path) -> dict[str, str]:
        return dict(line.split("\t", 1) for line in read(path).splitlines())


def cosines(encode: Encode, pairs: list) -> np.ndarray:
    return np.sum(encode([pair[0] for pair in pairs]) * encode([pair[1] for pair in pairs]), axis=1)


def recall(encode: Encode, asked: list[str], wanted: list[str], padding: list[str]) -> tuple[float, float]:
    """A candidate that is equal to the wanted text is as good as it."""
    scores = encode(asked) @ encode([*wanted, *padding]).T
    right = scores[np.arange(len(asked)), np.arange(len(asked))]
    better = (scores > right[:, None] + 1e-6).sum(1)
    return float((better < 1).mean()), float((better < 8).mean())


def measure(encode: Encode, sets: Sets) -> dict[str, float]:
    result: dict[str, float] = {}
    for name, pairs in (("STS-B dev", sets.stsb), ("SICK", sets.sick)):
        result[f"{name}, Spearman"] = float(spearmanr(cosines(encode, pairs), [pair[2] for pair in pairs]).statistic)
    for name, pairs in (("MRPC", sets.mrpc), ("QQP", sets.qqp), ("MQP", sets.mqp)):
        labels, scores = [pair[2] for pair in pairs], cosines(encode, pairs)
        result[f"{name}, AP"] = float(average_precision_score(labels, scores))
        result[f"{name}, AUC"] = float(roc_auc_score(labels, scores))
    result["MARCO typo, recall@1"], result["MARCO typo, recall@8"] = recall(encode, *sets.typo, sets.typo_padding)
    result["gptcache_mock, recall@1"], result["gptcache_mock, recall@8"] = recall(encode, *sets.mock, sets.mock_padding)
    duplicates = [pair for pair in sets.qqp if pair[2] == 1]
    others = [pair[0] for pair in sets.qqp if pair[2] == 0]
    asked, wanted = [pair[1] for pair in duplicates], [pair[0] for pair in duplicates]
    result["QQP duplicates, recall@1"], result["QQP duplicates, recall@8"] = recall(encode, asked, wanted, others)
    return result


def table(columns: dict[str, dict[str, float]]) -> str:
    rows = ["| measure | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name in next(iter(columns.values())):
        rows.append(f"| {name} | " + " | ".join(f"{column[name]:.3f}" for column in columns.values()) + " |")
    return "\n".join(rows)


def main() -> None:
    from student import StudentFile

    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--teacher", action="store_true", help="measure the teacher as well (some minutes)")
    options = parser.parse_args()
    sets = Sets(options.data)
    student = StudentFile(options.model)
    columns = {student.name: measure(student.encode, sets)}
    if options.teacher:
        from teacher import Teacher

        columns["all-MiniLM-L6-v2"] = measure(Teacher().encode, sets)
    print(table(columns))


if __name__ == "__main__":
    main()
