"""Teaches the student (student.py) to give the teacher's vectors, and writes its table.

1. Each row of a word piece begins as the teacher's vector for that piece alone, weighted by how rare it is (SIF,
   Arora et al. 2017, with Zipf's law for the frequencies, as model2vec does). Rows of character sequences begin at 0.
2. The teacher's vectors of all texts are turned to their principal axes; the first `--dimensions` are the targets.
3. The rows are trained on batches of near texts. The loss has two parts: the angle between student and target, and
   the divergence between the two's similarities within the batch, which says what is nearer than what. A quarter of
   what is shown carries a slip of the pen (noise.py) while its target stays that of the clean text.
4. After each epoch the loss on texts held back decides whether to go on.

    python distil.py --data ../../shared/data --work work --out work/student.npz
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from noise import Slips
from student import Bags, Reader
from teacher import Teacher, load_tokenizer
from vectors import PART, shuffled

SEED = 20261127
HELD_BACK = 8_192


def load_vectors(work: Path, count: int) -> tuple[np.ndarray, list[int]]:
    """The teacher's vectors that exist so far and the texts they belong to."""
    order, parts, picked = shuffled([""] * count), [], []
    for start in range(0, count, PART):
        path = work / "vectors" / f"{start:08d}.npy"
        if path.exists():
            parts.append(np.load(path).astype(np.float32))
            picked.extend(order[start : start + len(parts[-1])])
    return np.concatenate(parts), picked


def kept_pieces(names: list[str]) -> list[int]:
    """All pieces but the special and the never used ones."""
    return [at for at, name in enumerate(names) if not (name.startswith("[") and name.endswith("]") and len(name) > 2)]


def added_words(data: Path, names: list[str], count: int) -> list[str]:
    """The commonest words of the dictionary that the pieces lack."""
    from texts import lines

    known = set(names)
    dictionary = data / "semantic" / "symspell_frequency_dictionary_en_82765.txt.gz"
    listed = [line.lstrip("\ufeff").split(" ") for line in lines(dictionary)]
    words = [fields[0] for fields in sorted(listed, key=lambda fields: -int(fields[1]))]
    return [word for word in words if word not in known and word.isascii() and word.isalpha() and len(word) > 3][:count]


def sif(count: int) -> np.ndarray:
    """a / (a + p) for the n-th of `count` rows by Zipf's law."""
    p = 1 / (np.arange(count) + 2)
    return (1e-4 / (1e-4 + p / p.sum())).astype(np.float32)


def near_batches(vectors: np.ndarray, size: int, group: int, chance: np.random.Generator) -> list[np.ndarray]:
    """Batches of a few groups; a group is what lies nearest to one text picked by chance."""
    centres = torch.from_numpy(vectors[chance.choice(len(vectors), len(vectors) // group, replace=False)]).bfloat16()
    nearest = np.empty(len(vectors), dtype=np.int64)
    for start in range(0, len(vectors), 16_384):
        part = torch.from_numpy(vectors[start : start + 16_384]).bfloat16()
        nearest[start : start + 16_384] = (part @ centres.T).argmax(1).numpy()
    order = np.lexsort((chance.random(len(vectors)), chance.permutation(len(centres))[nearest]))
    chunks = [order[at : at + group] for at in range(0, len(order), group)]
    mixed = np.concatenate([chunks[at] for at in chance.permutation(len(chunks))])
    return [mixed[at : at + size] for at in range(0, len(mixed), size)]


def tensors(bags: Bags) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    return torch.from_numpy(bags.rows), torch.from_numpy(bags.starts), torch.from_numpy(bags.weights)


def slices(bags: Bags) -> np.ndarray:
    return np.append(bags.starts, len(bags.rows))


def gather(bags: Bags, ends: np.ndarray, picked: np.ndarray) -> Bags:
    lengths = ends[picked + 1] - ends[picked]
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    flat = np.arange(lengths.sum()) - np.repeat(starts, lengths) + np.repeat(ends[picked], lengths)
    return Bags(bags.rows[flat], bags.weights[flat], starts)


def loss_of(student: torch.Tensor, target: torch.Tensor, whole: torch.Tensor, heat: float, share: float) -> torch.Tensor:
    angle = 1 - (student * target).sum(1)
    wanted = (whole @ whole.T / heat).fill_diagonal_(-1e4)
    given = (student @ student.T / heat).fill_diagonal_(-1e4)
    relation = F.kl_div(F.log_softmax(given, 1), F.log_softmax(wanted, 1), log_target=True, reduction="none").sum(1)
    return (angle + share * relation).mean()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--dimensions", type=int, default=256)
    parser.add_argument("--buckets", type=int, default=8192)
    parser.add_argument("--words", type=int, default=7000)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--texts", type=int, default=10_000_000)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--heat", type=float, default=0.05)
    parser.add_argument("--relation", type=float, default=0.5)
    parser.add_argument("--noise", type=float, default=0.5)
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    chance = np.random.default_rng(SEED)

    texts = json.loads((options.work / "texts.json").read_text())["texts"]
    vectors, picked = load_vectors(options.work, len(texts))
    vectors, picked = vectors[: options.texts], picked[: options.texts]
    texts = [texts[at] for at in picked]
    print(len(texts), "texts", flush=True)

    tokenizer = load_tokenizer()
    names = [tokenizer.id_to_token(at) for at in range(tokenizer.get_vocab_size())]
    kept = kept_pieces(names)
    words = added_words(options.data, names, options.words)
    reader = Reader.of([names[at] for at in kept], words, options.buckets)

    cache = options.work / f"rows-{len(words)}.npy"
    if not cache.exists():
        teacher = Teacher()
        np.save(cache, teacher.encode_pieces(kept, words))
    alone = np.load(cache)

    moments = vectors.T @ vectors / len(vectors)
    values, axes = np.linalg.eigh(moments)
    axes = axes[:, ::-1][:, : options.dimensions].astype(np.float32)
    print(f"{options.dimensions} axes keep {values[::-1][: options.dimensions].sum() / values.sum():.4f}", flush=True)
    targets = vectors @ axes
    targets /= np.linalg.norm(targets, axis=1, keepdims=True)

    weights = np.concatenate([sif(len(kept)), np.full(len(words), sif(len(kept))[-1])])
    table = torch.zeros((len(kept) + len(words) + options.buckets, options.dimensions))
    table[: len(weights)] = torch.from_numpy((alone @ axes) * weights[:, None])
    table.requires_grad_()

    held = slice(0, HELD_BACK)
    held_bags = tensors(reader.bags(texts[held]))
    held_slips = Slips(options.data, SEED + 999)
    held_typed = tensors(reader.bags([held_slips.text(text) for text in texts[held]]))
    train_texts, train_vectors, train_targets = texts[HELD_BACK:], vectors[HELD_BACK:], targets[HELD_BACK:]
    before = time.time()
    clean = reader.bags(train_texts)
    print(f"read in {time.time() - before:.0f} s", flush=True)
    clean_ends = slices(clean)

    optimiser = torch.optim.Adam([table], lr=options.rate, betas=(0.9, 0.98), fused=True)
    steps = options.epochs * (len(train_texts) // options.batch + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, total_steps=steps, pct_start=0.1)
    best = float("inf")
    for epoch in range(options.epochs):
        before = time.time()
        slips = Slips(options.data, SEED + epoch)
        typed = reader.bags([slips.text(text) if chance.random() < options.noise else text for text in train_texts])
        typed_ends = slices(typed)
        ready = time.time()
        total = 0.0
        batches = near_batches(train_vectors, options.batch, 64, chance)
        for step, batch in enumerate(batches):
            source, ends = (typed, typed_ends) if step % 2 == epoch % 2 else (clean, clean_ends)
            rows, starts, row_weights = tensors(gather(source, ends, batch))
            student = F.normalize(F.embedding_bag(rows, table, starts, mode="sum", per_sample_weights=row_weights), dim=1)
            whole = torch.from_numpy(train_vectors[batch])
            loss = loss_of(student, torch.from_numpy(train_targets[batch]), whole, options.heat, options.relation)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        with torch.no_grad():
            losses = []
            for rows, starts, row_weights in (held_bags, held_typed):
                student = F.normalize(F.embedding_bag(rows, table, starts, mode="sum", per_sample_weights=row_weights), dim=1)
                angle = (student * torch.from_numpy(targets[held])).sum(1).mean().item()
                losses.append(1 - angle)
        print(
            f"epoch {epoch}: loss {total / len(batches):.4f}, held back {losses[0]:.4f} clean, {losses[1]:.4f} with slips, "
            f"{ready - before:.0f} + {time.time() - ready:.0f} s",
            flush=True,
        )
        if sum(losses) > best:
            break
        best = sum(losses)
        np.savez(options.out, table=table.detach().numpy(), kept=np.array(kept), words=np.array(words), buckets=options.buckets)


if __name__ == "__main__":
    main()
