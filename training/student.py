"""How the student reads a text: which rows of its table are added up. The TypeScript in src/embedders/ does the same.

A text is cut into words and word pieces as BERT cuts it. A word that is one piece, or one of the added words, gives
one row. Any other word (rare, foreign, misspelt) gives the rows of its pieces and the rows of its character
sequences of three to five letters, hashed into a fixed number of buckets (as in fastText, Bojanowski et al. 2017,
https://arxiv.org/abs/1607.04606), so that a slip of the pen leaves most of a word's rows as they were. If one slip
away there are words that are known, the row of the commonest is added too. The sum, scaled to unit length, is the
vector.
"""

import hashlib
import json
import struct
from dataclasses import dataclass, field

import numpy as np

from teacher import load_tokenizer

SHORTEST, LONGEST = 3, 5
# Shorter words have too many neighbours to tell which was meant.
SHORTEST_SLIP, LONGEST_SLIP = 4, 24
# The pieces of a word that was probably mistyped say little.
SHARE_OF_SLIP = 0.25
# In a text of many unknown words they are not slips.
MOST_SLIPS = 16


def gram_buckets(word: str, buckets: int) -> np.ndarray:
    """FNV-1a over the UTF-16 units of each sequence of `<word>`, folded to a bucket; `buckets` is a power of two."""
    units = np.frombuffer(f"<{word}>".encode("utf-16-le"), dtype=np.uint16).astype(np.uint32)
    found = []
    with np.errstate(over="ignore"):
        for length in range(SHORTEST, LONGEST + 1):
            count = len(units) - length + 1
            if count <= 0:
                break
            hashes = np.full(count, 2166136261, dtype=np.uint32)
            for at in range(length):
                hashes = (hashes ^ units[at : at + count]) * np.uint32(16777619)
            found.append((hashes ^ (hashes >> np.uint32(15))) & np.uint32(buckets - 1))
    return np.concatenate(found) if found else np.empty(0, dtype=np.uint32)


def without_one(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def one_slip_apart(a: str, b: str) -> bool:
    """One letter left out, put in or changed, or two neighbours swapped."""
    if len(a) != len(b):
        longer, shorter = (a, b) if len(a) > len(b) else (b, a)
        return shorter in without_one(longer)
    differing = [at for at in range(len(a)) if a[at] != b[at]]
    if len(differing) == 2:
        first, second = differing
        return second == first + 1 and a[first] == b[second] and a[second] == b[first]
    return len(differing) == 1


class Meant:
    """Finds the commonest known word one slip away; words are given commonest first, with their rows."""

    def __init__(self, words: dict[str, int]):
        self.rows = words
        self.shortened: dict[str, list[str]] = {}
        for word in words:
            for form in {word, *without_one(word)}:
                self.shortened.setdefault(form, []).append(word)

    def row(self, word: str) -> int | None:
        if not SHORTEST_SLIP <= len(word) <= LONGEST_SLIP or not is_plain(word):
            return None
        found = [
            self.rows[other]
            for form in {word, *without_one(word)}
            for other in self.shortened.get(form, ())
            if one_slip_apart(word, other)
        ]
        return min(found, default=None)


def is_plain(word: str) -> bool:
    return word.isascii() and word.isalpha()


@dataclass
class Bags:
    """Rows and their weights, text after text; `starts` says where each text begins."""

    rows: np.ndarray
    weights: np.ndarray
    starts: np.ndarray


@dataclass
class Reader:
    """`pieces` maps the teacher's piece numbers to rows (-1: left out), `words` the added words to rows."""

    pieces: np.ndarray
    words: dict[str, int]
    first_bucket: int
    buckets: int
    known: dict[str, tuple] = field(default_factory=dict)

    @classmethod
    def of(cls, pieces: list[str], words: list[str], buckets: int) -> "Reader":
        """Rows are the pieces, then the words, then the buckets."""
        tokenizer = load_tokenizer()
        rows = np.full(tokenizer.get_vocab_size(), -1, dtype=np.int64)
        rows[[tokenizer.token_to_id(piece) for piece in pieces]] = np.arange(len(pieces))
        known = len(pieces) + len(words)
        return cls(rows, {word: len(pieces) + at for at, word in enumerate(words)}, known, buckets)

    def __post_init__(self) -> None:
        self.tokenizer = load_tokenizer()
        names = [self.tokenizer.id_to_token(at) for at in range(self.tokenizer.get_vocab_size())]
        self.bare = [name.removeprefix("##") for name in names]
        self.continues = np.array([name.startswith("##") for name in names])
        self.unknown = self.tokenizer.token_to_id("[UNK]")
        whole = {
            name: int(self.pieces[at])
            for at, name in enumerate(names)
            if self.pieces[at] >= 0 and len(name) >= SHORTEST_SLIP and is_plain(name)
        }
        self.meant = Meant({**whole, **self.words})

    def of_unknown(self, word: str) -> tuple[np.ndarray, np.ndarray | None]:
        found = self.known.get(word)
        if found is None:
            found = gram_buckets(word, self.buckets).astype(np.int64) + self.first_bucket
            meant = self.meant.row(word)
            found = (found, None if meant is None else np.array([meant]))
            if len(self.known) < 400_000:
                self.known[word] = found
        return found

    def bags(self, texts: list[str], most_pieces: int = 512) -> Bags:
        rows, weights, starts, at = [], [], [], 0
        for encoding in self.tokenizer.encode_batch(texts, add_special_tokens=False):
            ids = np.array(encoding.ids[:most_pieces], dtype=np.int64)
            starts.append(at)
            share = np.ones(len(ids), dtype=np.float32)
            keep = ids != self.unknown
            extra_rows: list[np.ndarray] = []
            unknown_words = 0
            inner = np.flatnonzero(self.continues[ids]) if len(ids) else ids
            if len(inner):
                heads = inner[~self.continues[ids[inner - 1]]] - 1
                for head in heads:
                    end = head + 1
                    while end < len(ids) and self.continues[ids[end]]:
                        end += 1
                    word = "".join(self.bare[piece] for piece in ids[head:end])
                    row = self.words.get(word)
                    if row is not None:
                        keep[head:end] = False
                        extra_rows.append(np.array([row]))
                    else:
                        grams, meant = self.of_unknown(word)
                        extra_rows.append(grams)
                        unknown_words += 1
                        if meant is not None and unknown_words <= MOST_SLIPS:
                            extra_rows.append(meant)
                            share[head:end] = SHARE_OF_SLIP
            keep &= self.pieces[ids] >= 0
            own = self.pieces[ids[keep]]
            rows.append(own)
            weights.append(share[keep])
            at += len(own)
            for extra in extra_rows:
                rows.append(extra)
                weights.append(np.full(len(extra), 1 / np.sqrt(len(extra)), dtype=np.float32))
                at += len(extra)
        return Bags(np.concatenate(rows), np.concatenate(weights), np.array(starts))


def encode(table: np.ndarray, bags: Bags) -> np.ndarray:
    """Unit vectors; a text without rows gets the zero vector."""
    from scipy.sparse import csr_matrix

    pointers = np.append(bags.starts, len(bags.rows))
    mixed = csr_matrix((bags.weights, bags.rows, pointers), shape=(len(bags.starts), len(table)))
    sums = np.asarray(mixed @ table)
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)


class StudentFile:
    """A model file, read as src/embedders/static-model.ts reads it."""

    def __init__(self, path):
        content = path.read_bytes()
        magic, version, header_length, _ = struct.unpack_from("<4sIII", content)
        assert (magic, version) == (b"RSTA", 1) and hashlib.sha256(content[48:]).digest() == content[16:48]
        header = json.loads(content[48 : 48 + header_length])
        start = 48 + header_length
        end = start + header["vocabularyBytes"]
        vocabulary = content[start:end].decode().split("\n")
        count = len(vocabulary) + header["buckets"]
        at = (end + 3) // 4 * 4
        scales = np.frombuffer(content, np.float32, count, at)
        rows = np.frombuffer(content, np.int8, count * header["dimensions"], at + 4 * count).reshape(count, -1)
        self.name = header["name"]
        self.table = rows * scales[:, None]
        pieces, words = vocabulary[: header["pieces"]], vocabulary[header["pieces"] :]
        self.reader = Reader.of(pieces, words, header["buckets"])

    def encode(self, texts: list[str]) -> np.ndarray:
        return encode(self.table, self.reader.bags(texts))
