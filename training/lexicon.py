"""Builds models/lexicon-en.bin: which English words there are and how common each is, without the words themselves.

    python3 training/lexicon.py ../shared/data/semantic models/lexicon-en.bin

A word becomes a place among 2^14 buckets and a fingerprint of 24 bits beside its frequency, so the file answers
"is this a word" and "how common is it", and cannot be read as a list. About five words share a bucket: a string that
is no word passes for one about once in three million. The layout is read by src/embedders/lexicon/word-table.ts.

Little-endian: 0 magic "RLEX" | 4 version u16 | 6 bits of the bucket u16 | 8 words u32 | 12 zero u32
16 SHA-256 of what follows, 32 bytes | 48 words of each bucket, u8 | then a u32 a word: fingerprint << 8 | frequency.
"""

import gzip
import hashlib
import math
import struct
import sys

BUCKET_BITS = 14
MASK = 0xFFFFFFFF
LANE_A, LANE_B = 0x2C1B3C6D, 0x297A2D39
CROSS_A, CROSS_B = 0x9E3779B1, 0x85EBCA77


def finish(value):
    value ^= value >> 16
    value = (value * 0x85EBCA6B) & MASK
    value ^= value >> 13
    value = (value * 0xC2B2AE35) & MASK
    return value ^ (value >> 16)


def place(word):
    a = b = 0
    for unit in word.encode("ascii"):
        a = (a * LANE_A + unit) & MASK
        b = (b * LANE_B + unit) & MASK
    bucket = finish((a + b * CROSS_A) & MASK) >> (32 - BUCKET_BITS)
    return bucket, finish(b ^ ((a * CROSS_B) & MASK)) >> 8


def words_of(folder):
    with gzip.open(f"{folder}/symspell_frequency_dictionary_en_82765.txt.gz", "rt", encoding="utf-8-sig") as lines:
        for line in lines:
            word, count = line.split()
            if word.isascii() and len(word) <= 40 and word.replace("'", "").isalpha():
                yield word.lower(), int(count)


def main(folder, target):
    counts = dict(words_of(folder))
    lowest, highest = math.log(min(counts.values())), math.log(max(counts.values()))
    buckets = [[] for _ in range(1 << BUCKET_BITS)]
    for word, count in counts.items():
        frequency = round(255 * (math.log(count) - lowest) / (highest - lowest))
        bucket, fingerprint = place(word)
        buckets[bucket].append(fingerprint << 8 | frequency)
    body = bytes(len(bucket) for bucket in buckets)
    body += b"".join(struct.pack("<I", entry) for bucket in buckets for entry in sorted(bucket))
    total = sum(map(len, buckets))
    head = struct.pack("<4sHHII", b"RLEX", 1, BUCKET_BITS, total, 0) + hashlib.sha256(body).digest()
    with open(target, "wb") as out:
        out.write(head + body)
    print(f"{total} words, {len(head) + len(body)} bytes, fullest bucket {max(map(len, buckets))}")


main(*sys.argv[1:])
