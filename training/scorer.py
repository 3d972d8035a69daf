"""Trains the scorer: how likely the answer to a stored question is right for one that is asked, when no guard vetoes.

    python scorer.py STATIC.jsonl SENTENCE.jsonl ../models/scorer-en.json

The first input is what export-features.ts writes; the second is made of it by sentence_features.py, with the
similarity by the teacher, which stands for all sentence encoders of its kind. Rows whose source begins with "measure" are only measured, since their terms do
not allow more. Questions are divided into five parts by a hash of their text: each part is scored by trees that were
trained on the others, and of those scores are the calibration and the counts that the boundary starts from. What ships
is trained on all parts.
"""

import hashlib
import json
import sys
from collections import Counter, defaultdict

import lightgbm
import numpy as np
from sklearn.linear_model import LogisticRegression

FORMAT = 1
BINS = 32
PARTS = 5
# A source of fewer rows weighs less.
LEAST = 1_000
# As many right and as many wrong labels as this stand behind the counts.
EVIDENCE = 20_000
# The scale of the boundary's bins: log-odds from -8 to 8.
END = 8.0
# The bin of the one score of pairs of equal content or one slip apart (`sameContent` in verified-deciding.ts).
SAME_CONTENT = int((np.log(0.999 / 0.001) + END) / (2 * END) * BINS)
# Pairs that no set labels are taken for different questions, but of those that are as like as this many are not.
UNSURE = 0.9


def names() -> list[str]:
    text = open("../src/layers/semantic/scoring/features.ts", encoding="utf-8").read()
    listed = text.split("featureNames = [")[1].split("]")[0]
    return [line.strip().strip('",') for line in listed.splitlines() if line.strip()]


ONE_SLIP = names().index("oneSlip")


def part_of(text: str) -> int:
    return hashlib.sha256(text.lower().encode()).digest()[0] % PARTS


def is_unlabelled(row: dict) -> bool:
    return row["source"] in ("distinct", "intents", "gptcache others")


def load(path: str) -> list[dict]:
    """Unlabelled pairs of equal signature are the same question, as a look at them shows."""
    rows = [json.loads(line) for line in open(path, encoding="utf-8")]
    return [
        row for row in rows if not (is_unlabelled(row) and (row["features"][0] > UNSURE or row["tier"] == "signature"))
    ]


def weights(rows: list[dict]) -> np.ndarray:
    """No source outweighs the others, nor a row of a small one many of a large one; right and wrong weigh the same."""
    count = Counter((row["source"].split()[0], row["same"]) for row in rows)
    weight = np.array([1 / np.sqrt(max(LEAST, count[(row["source"].split()[0], row["same"])])) for row in rows])
    same = np.array([row["same"] for row in rows])
    for label in (False, True):
        weight[same == label] *= 0.5 / weight[same == label].sum()
    return weight * len(rows)


def train(rows: list[dict], features: list[str]):
    model = lightgbm.LGBMClassifier(
        n_estimators=160, num_leaves=15, max_depth=5, learning_rate=0.08, min_child_samples=40, reg_lambda=5.0,
        subsample=0.8, subsample_freq=1, colsample_bytree=0.8, random_state=1, n_jobs=2, deterministic=True,
        monotone_constraints=[monotone(name) for name in features], monotone_constraints_method="advanced",
        verbosity=-1,
    )
    return model.fit(matrix(rows), labels(rows), sample_weight=weights(rows))


def raw(model, rows: list[dict]) -> np.ndarray:
    return model.predict_proba(matrix(rows), raw_score=True)


def unseen(rows: list[dict], features: list[str]) -> np.ndarray:
    """Each row's log-odds by trees that have not seen its question."""
    parts = np.array([part_of(row["group"]) for row in rows])
    odds = np.zeros(len(rows))
    for part in range(PARTS):
        model = train([row for row, own in zip(rows, parts) if own != part], features)
        chosen = np.flatnonzero(parts == part)
        odds[chosen] = raw(model, [rows[at] for at in chosen])
    return odds


def monotone(name: str) -> int:
    rising = {"similarity", "staticSimilarity", "wordOrder", "sameSignature", "oneSlip", "residueNearness"}
    falling = {"leftover", "residueFewer", "residueMore", "residueMost", "residueShare", "replaced"}
    return 1 if name in rising else -1 if name in falling else 0


def matrix(rows: list[dict]) -> np.ndarray:
    return np.array([row["features"] for row in rows])


def labels(rows: list[dict]) -> np.ndarray:
    return np.array([row["same"] for row in rows])


def flat(model, features: list[str], slope: float, offset: float) -> dict:
    """The trees in the form of scoring/trees.ts, with the calibration folded in."""
    dump = model.booster_.dump_model()
    trees = {"features": features, "roots": [], "split": [], "value": [], "low": [], "high": [], "base": round(offset, 5)}

    def add(node: dict) -> int:
        at = len(trees["split"])
        for name in ("split", "value", "low", "high"):
            trees[name].append(0)
        if "leaf_value" in node and "split_feature" not in node:
            trees["split"][at] = -1
            trees["value"][at] = round(node["leaf_value"] * slope, 5)
            return at
        trees["split"][at] = node["split_feature"]
        trees["value"][at] = round(node["threshold"], 6)
        trees["low"][at] = add(node["left_child"])
        trees["high"][at] = add(node["right_child"])
        return at

    for tree in dump["tree_info"]:
        trees["roots"].append(add(tree["tree_structure"]))
    return trees


def bins(scores: np.ndarray) -> np.ndarray:
    odds = np.log(np.clip(scores, 1e-9, 1 - 1e-9) / (1 - np.clip(scores, 1e-9, 1 - 1e-9)))
    return np.clip(((odds + END) / (2 * END) * BINS).astype(int), 0, BINS - 1)


def counts(rows: list[dict], scores: np.ndarray) -> dict:
    """How often each bin was right and wrong: no source outweighs the others, and half of all is wrong."""
    weight = weights(rows) / len(rows) * 2 * EVIDENCE
    tiers = {}
    for tier in ("signature", "vector"):
        right, wrong = np.zeros(BINS), np.zeros(BINS)
        for row, score_bin, share in zip(rows, bins(scores), weight):
            if row["tier"] == tier:
                if tier == "signature" or row["features"][ONE_SLIP] == 1:
                    score_bin = SAME_CONTENT
                (right if row["same"] else wrong)[score_bin] += share
        tiers[tier] = {"right": [round(float(x), 2) for x in right], "wrong": [round(float(x), 2) for x in wrong]}
    return tiers


def report(title: str, rows: list[dict], scores: np.ndarray) -> None:
    print(f"\n{title}")
    groups = defaultdict(list)
    for row, score in zip(rows, scores):
        groups[(row["source"], row["same"])].append(score)
    for (source, same), values in sorted(groups.items()):
        values = np.array(values)
        shares = "  ".join(f">={limit} {np.mean(values >= limit):.3f}" for limit in (0.5, 0.9, 0.97, 0.99))
        print(f"  {source:28} {'same ' if same else 'other'} {len(values):6}  {shares}")


def main() -> None:
    static, sentence, target = sys.argv[1:4]
    features = names()
    families = {}
    for family, path in (("static", static), ("sentence", sentence)):
        rows = load(path)
        measured = [row for row in rows if row["source"].startswith("measure")]
        rows = [row for row in rows if not row["source"].startswith("measure")]
        odds = unseen(rows, features)
        calibration = LogisticRegression(C=1e6).fit(odds[:, None], labels(rows), sample_weight=weights(rows))
        slope, offset = float(calibration.coef_[0][0]), float(calibration.intercept_[0])
        model = train(rows, features)

        def scores(log_odds: np.ndarray) -> np.ndarray:
            return 1 / (1 + np.exp(-(slope * log_odds + offset)))

        report(f"{family}: not seen in training", rows, scores(odds))
        report(f"{family}: only measured", measured, scores(raw(model, measured)))
        order = sorted(zip(model.feature_importances_, features), reverse=True)
        print("  " + ", ".join(f"{name} {count}" for count, name in order))
        families[family] = {"trees": flat(model, features, slope, offset), "tiers": counts(rows, scores(odds))}
    body = json.dumps(families, separators=(",", ":"))
    file = {"format": FORMAT, "name": "reprise-scorer-en-1", "sha256": hashlib.sha256(body.encode()).hexdigest()}
    with open(target, "w", encoding="utf-8") as out:
        # The checksum is that of the text of `families`, as it stands.
        out.write(json.dumps(file)[:-1] + ', "families": ' + body + "}\n")


if __name__ == "__main__":
    main()
