"""Trains the scorer: how likely the answer to a stored question is right for one that is asked, when no guard vetoes.

    python scorer.py STATIC.jsonl SENTENCE.jsonl ../models/scorer-en.json

Each input is what export-features.ts writes: with the built-in vectors, and with those of the teacher, which stands
for all sentence encoders of its kind. Rows whose source begins with "measure" are only measured, since their terms do
not allow more. Questions are held out by a hash of their text; the counts that the boundary starts from are made of
those alone.
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
# The scale of the boundary's bins: log-odds from -8 to 8.
END = 8.0
# Pairs that no set labels are taken for different questions, but of those that are as like as this many are not.
UNSURE = 0.93


def names() -> list[str]:
    text = open("../src/layers/semantic/scoring/features.ts", encoding="utf-8").read()
    listed = text.split("featureNames = [")[1].split("]")[0]
    return [line.strip().strip('",') for line in listed.splitlines() if line.strip()]


def held_out(text: str) -> bool:
    return hashlib.sha256(text.lower().encode()).digest()[0] < 77


def is_unlabelled(row: dict) -> bool:
    return row["source"] in ("distinct", "intents", "gptcache others")


def load(path: str) -> list[dict]:
    rows = [json.loads(line) for line in open(path, encoding="utf-8")]
    return [row for row in rows if not (is_unlabelled(row) and row["features"][0] > UNSURE)]


def weights(rows: list[dict]) -> np.ndarray:
    """No source outweighs the others, and right and wrong pairs weigh the same together."""
    count = Counter((row["source"], row["same"]) for row in rows)
    weight = np.array([1 / np.sqrt(count[(row["source"], row["same"])]) for row in rows])
    same = np.array([row["same"] for row in rows])
    for label in (False, True):
        weight[same == label] *= 0.5 / weight[same == label].sum()
    return weight * len(rows)


def train(rows: list[dict], features: list[str]):
    fit = [row for row in rows if not row["source"].startswith("measure") and not held_out(row["group"])]
    rest = [row for row in rows if not row["source"].startswith("measure") and held_out(row["group"])]
    constraints = [monotone(name) for name in features]
    model = lightgbm.LGBMClassifier(
        n_estimators=160, num_leaves=15, max_depth=5, learning_rate=0.08, min_child_samples=40, reg_lambda=5.0,
        subsample=0.8, subsample_freq=1, colsample_bytree=0.8, random_state=1, n_jobs=2, deterministic=True,
        monotone_constraints=constraints, monotone_constraints_method="advanced", verbosity=-1,
    )
    model.fit(matrix(fit), labels(fit), sample_weight=weights(fit))
    return model, fit, rest


def monotone(name: str) -> int:
    rising = {"similarity", "shareEqual", "trigrams", "wordOrder", "sameEnding", "sameSignature", "lengthRatio"}
    falling = {"unmatchedFewer", "unmatchedMore", "massFewer", "massMore", "leftover", "rarestUnmatched"}
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
    """How often each bin was right and wrong on what was held out, as many wrong pairs as a stream brings."""
    weight = weights(rows)
    tiers = {}
    for tier in ("signature", "vector"):
        right, wrong = np.zeros(BINS), np.zeros(BINS)
        for row, score_bin, share in zip(rows, bins(scores), weight):
            if row["tier"] == tier:
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
        model, fit, rest = train(rows, features)
        raw = model.predict_proba(matrix(rest), raw_score=True)
        calibration = LogisticRegression(C=1e6).fit(raw[:, None], labels(rest), sample_weight=weights(rest))
        slope, offset = float(calibration.coef_[0][0]), float(calibration.intercept_[0])

        def scores(some: list[dict]) -> np.ndarray:
            return 1 / (1 + np.exp(-(slope * model.predict_proba(matrix(some), raw_score=True) + offset)))

        report(f"{family}: held out", rest, scores(rest))
        measured = [row for row in rows if row["source"].startswith("measure")]
        report(f"{family}: only measured", measured, scores(measured))
        order = sorted(zip(model.feature_importances_, features), reverse=True)
        print("  " + ", ".join(f"{name} {count}" for count, name in order))
        families[family] = {"trees": flat(model, features, slope, offset), "tiers": counts(rest, scores(rest))}
    body = json.dumps(families, separators=(",", ":"))
    file = {"format": FORMAT, "name": "reprise-scorer-en-1", "sha256": hashlib.sha256(body.encode()).hexdigest()}
    with open(target, "w", encoding="utf-8") as out:
        # The checksum is that of the text of `families`, as it stands.
        out.write(json.dumps(file)[:-1] + ', "families": ' + body + "}\n")


if __name__ == "__main__":
    main()
