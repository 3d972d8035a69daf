"""Builds models/lexicon-en.bin: which English words there are and how common each is, without the words themselves.

    pip install wordfreq==3.1.1 names==0.3.0
    python lexicon.py --data ../../shared/data --out ../models/lexicon-en.bin

The words are SymSpell's English dictionary (MIT) and, for names, brands and terms of every field, the commoner part
of wordfreq's list (data CC BY-SA 4.0), and the commoner first and last names of the census of the United States (public
domain, from the package names): a name that is not known is taken for a slip of one that is. Lists made from what people write hold their slips too: a word that only wordfreq has is left out
where it is one slip away from a word that is far commoner, and so are short rare entries of either list that nobody
uses, since nearly every string of four letters is somebody's abbreviation.

A word becomes a place among 2^14 buckets and a fingerprint of 24 bits beside its frequency, so the file answers
"is this a word" and "how common is it", and cannot be read as a list. About eight words share a bucket: a string that
is no word passes for one about once in two million. The layout is read by src/embedders/lexicon/word-table.ts.

Little-endian: 0 magic "RLEX" | 4 version u16 | 6 bits of the bucket u16 | 8 words u32 | 12 zero u32
16 SHA-256 of what follows, 32 bytes | 48 words of each bucket, u8 | then a u32 a word: fingerprint << 8 | frequency.
A frequency is 255 for one word in ten, and one less for each 2.7 % of a power of ten; 0 for all below.
"""

import argparse
import gzip
import hashlib
import math
import struct
from pathlib import Path

import names
from wordfreq import get_frequency_dict

BUCKET_BITS = 14
MASK = 0xFFFFFFFF
LANE_A, LANE_B = 0x2C1B3C6D, 0x297A2D39
CROSS_A, CROSS_B = 0x9E3779B1, 0x85EBCA77
LETTERS = "abcdefghijklmnopqrstuvwxyz"

STEPS_PER_POWER_OF_TEN = 36
"""Of all the words SymSpell counted: turns its counts into shares."""
SYMSPELL_TOTAL = 4.5e11
"""Words of wordfreq alone must be this common (shares), by length; shorter ones are mostly abbreviations."""
LEAST_SHARE = {1: 1, 2: 1, 3: 3e-6, 4: 1e-6}
LEAST_SHARE_OF_LONGER = 3e-8
"""A word only wordfreq has is a slip of a neighbour that is so many times commoner; by length, longer ones below."""
SLIP_RATIO = {3: 1000, 4: 1000, 5: 300}
SLIP_RATIO_OF_LONGER = 100
"""The same for what nlpaug's list of misspellings names; spellings of another country (theater) are in it too."""
MISSPELT_RATIO = 4
"""Names of software, products, firms and medicines that came up after the lists were made, or that are rarer in them
than where a cache stands. A name that is not known can be taken for a slip (Canva for canvas)."""
RECENT = """
chatgpt openai gpt llm llms langchain anthropic claude gemini llama mistral mixtral qwen deepseek copilot perplexity
midjourney cerebras groq ollama whisper pytorch tensorflow keras numpy scipy pandas matplotlib jupyter huggingface
colab kaggle databricks snowflake airflow dbt duckdb clickhouse polars spark hadoop kubernetes kubectl docker
dockerfile podman ansible terraform pulumi helm nginx redis valkey postgres postgresql mysql mariadb mongodb sqlite
memcached elasticsearch opensearch kafka rabbitmq graphql grpc protobuf webpack vite vitest eslint prettier esbuild
typescript kotlin rustc golang numba django fastapi flask laravel symfony nodejs npm pnpm yarn deno bun vue svelte
angular nextjs nuxt astro remix tailwind bootstrap webassembly wasm oauth jwt yaml json toml csv regex api apis sdk cli
css html http https sql nosql orm crud devops kanban jira confluence asana trello notion figma canva miro zapier airtable
supabase firebase netlify vercel heroku cloudflare digitalocean grafana prometheus datadog splunk sentry opentelemetry
github gitlab bitbucket bitcoin ethereum blockchain solana cardano dogecoin coinbase binance nft defi stripe paypal
venmo zelle klarna revolut monzo wise covid tiktok instagram whatsapp snapchat discord twitch reddit telegram bluesky
mastodon airbnb netflix hulu spotify deezer lyft uber doordash instacart shopify etsy temu shein tesla rivian lucid
polestar hyundai toyota renault xiaomi huawei oppo vivo realme oneplus nvidia amd intel qualcomm asus lenovo acer garmin
fitbit oura whoop peloton strava ozempic wegovy mounjaro zepbound semaglutide tirzepatide trulicity jardiance farxiga
januvia eliquis xarelto entresto crestor lipitor nexium prilosec zyrtec claritin allegra zantac pepcid celebrex celexa
lexapro zoloft prozac cymbalta wellbutrin adderall vyvanse ritalin ambien xanax klonopin ativan humira enbrel stelara
dupixent keytruda opdivo skyrizi rinvoq otezla metformin lisinopril losartan valsartan amlodipine atorvastatin
simvastatin pravastatin rosuvastatin omeprazole pantoprazole esomeprazole famotidine sertraline citalopram escitalopram
fluoxetine paroxetine duloxetine venlafaxine bupropion trazodone gabapentin pregabalin lamotrigine levetiracetam
clonazepam lorazepam alprazolam diazepam zolpidem amoxicillin azithromycin ciprofloxacin levofloxacin doxycycline
cephalexin clindamycin metronidazole prednisone prednisolone methylprednisolone albuterol montelukast cetirizine
loratadine fexofenadine hydroxyzine hydralazine hydrochlorothiazide furosemide spironolactone carvedilol metoprolol
atenolol clopidogrel apixaban rivaroxaban levothyroxine liothyronine tamsulosin finasteride sildenafil tadalafil
"""
RECENT_SHARE = 3e-7
"""How many of the commonest names of each kind, and as how common they pass: rare enough to be told for a name."""
MOST_NAMES = {"first:female": 4275, "first:male": 1219, "last": 8000}
SHORTEST_NAME = 4
NAME_SHARE = 1e-7
"""A name that is a slip of a word so common is more often that slip."""
SHARE_BESIDE_NAMES = 5e-4
"""A name that people write so often is that name, though it is in the list of misspellings (Zhang for Chang)."""
SHARE_OF_USUAL_NAMES = 5e-7
"""A slip of a name that is written so often is another name, where the name is not a common word too."""
LEAST_SHARE_OF_NAMES, SHARE_OF_WORDS = 1e-7, 3e-4
"""Entries of up to five letters below this share go where a neighbour is so many times commoner."""
RARE_SHORT_SHARE, RARE_SHORT_RATIO = 6e-8, 3000


def finish(value):
    value ^= value >> 16
    value = (value * 0x85EBCA6B) & MASK
    value ^= value >> 13
    value = (value * 0xC2B2AE35) & MASK
    return value ^ (value >> 16)


def place(word, bits=BUCKET_BITS):
    a = b = 0
    for unit in word.encode("ascii"):
        a = (a * LANE_A + unit) & MASK
        b = (b * LANE_B + unit) & MASK
    bucket = finish((a + b * CROSS_A) & MASK) >> (32 - bits)
    return bucket, finish(b ^ ((a * CROSS_B) & MASK)) >> 8


def symspell(folder: Path) -> dict[str, float]:
    words = {}
    with gzip.open(folder / "symspell_frequency_dictionary_en_82765.txt.gz", "rt", encoding="utf-8-sig") as lines:
        for line in lines:
            word, count = line.split()
            if is_plain(word):
                words[word] = int(count) / SYMSPELL_TOTAL
    return words


def is_plain(word: str) -> bool:
    return word.isascii() and len(word) <= 40 and word.replace("'", "").isalpha() and word == word.lower()


def slips(word: str) -> set[str]:
    found = set()
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            found.add(head + tail[1:])
            found.update(head + letter + tail[1:] for letter in LETTERS)
        if len(tail) > 1:
            found.add(head + tail[1] + tail[0] + tail[2:])
        found.update(head + letter + tail for letter in LETTERS)
    found.discard(word)
    return found


def is_overshadowed(word: str, share: float, common: dict[str, float], ratio: float) -> bool:
    return any(common.get(slip, 0) >= share * ratio for slip in slips(word))


def shares(folder: Path) -> dict[str, float]:
    base = symspell(folder)
    spoken = {word: share for word, share in get_frequency_dict("en", wordlist="large").items() if is_plain(word)}
    known = {}
    for word, share in base.items():
        used = spoken.get(word, min(share, RARE_SHORT_SHARE) if len(word) <= 5 else share)
        if len(word) <= 5 and used < RARE_SHORT_SHARE and is_overshadowed(word, used, spoken, RARE_SHORT_RATIO):
            continue
        known[word] = used
    census = census_names()
    misspelt = {word for word, meant in misspellings(folder).items() if not is_name_of_its_own(word, meant, census, spoken)}
    for word, share in spoken.items():
        if word in base or share < LEAST_SHARE.get(len(word), LEAST_SHARE_OF_LONGER) or word.endswith("'s"):
            continue
        ratio = MISSPELT_RATIO if word in misspelt else ratio_of(word)
        if not is_overshadowed(word, share, spoken, ratio):
            known[word] = share
    for word in sorted(census):
        is_usual = spoken.get(word, 0) >= SHARE_OF_USUAL_NAMES
        if (word in misspelt and not is_usual) or is_overshadowed(word, SHARE_BESIDE_NAMES, spoken, 1):
            continue
        known.setdefault(word, max(NAME_SHARE, spoken.get(word, 0)))
    for word in RECENT.split():
        known[word] = max(known.get(word, 0), RECENT_SHARE)
    return known


def census_names() -> set[str]:
    found = set()
    for kind, most in MOST_NAMES.items():
        with open(names.FILES[kind], encoding="ascii") as lines:
            ranked = [line.split()[0].lower() for line in lines]
        found.update(name for name in ranked[:most] if len(name) >= SHORTEST_NAME)
    return found


def ratio_of(word: str) -> float:
    return SLIP_RATIO.get(len(word), SLIP_RATIO_OF_LONGER)


def misspellings(folder: Path) -> dict[str, set[str]]:
    """What is often written for another word (nlpaug's list), and for which."""
    found = {}
    with gzip.open(folder / "nlpaug_spelling_en.txt.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            meant, *slips_of = line.lower().split()
            for slip in slips_of:
                found.setdefault(slip, set()).add(meant)
    return found


def is_name_of_its_own(word: str, meant: set[str], census: set[str], spoken: dict[str, float]) -> bool:
    """Johan is in the list as a slip of John, and is a name."""
    is_said = spoken.get(word, 0) >= LEAST_SHARE_OF_NAMES
    return is_said and all(name in census and spoken.get(name, 0) < SHARE_OF_WORDS for name in meant)


def table_of(frequencies, bits=BUCKET_BITS) -> bytes:
    """The file of words and their frequencies from 0 to 255, as it is laid out above."""
    buckets = [[] for _ in range(1 << bits)]
    for word, frequency in frequencies:
        bucket, fingerprint = place(word, bits)
        buckets[bucket].append(fingerprint << 8 | frequency)
    body = bytes(len(bucket) for bucket in buckets)
    body += b"".join(struct.pack("<I", entry) for bucket in buckets for entry in sorted(bucket))
    total = sum(map(len, buckets))
    return struct.pack("<4sHHII", b"RLEX", 1, bits, total, 0) + hashlib.sha256(body).digest() + body


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    frequencies = [
        (word, max(0, min(255, round(255 + STEPS_PER_POWER_OF_TEN * (math.log10(share) + 1)))))
        for word, share in sorted(shares(options.data / "semantic").items())
    ]
    table = table_of(frequencies)
    options.out.write_bytes(table)
    print(f"{len(frequencies)} words, {len(table)} bytes")


if __name__ == "__main__":
    main()
