"""Small text helpers shared by the router and the nightly report."""
import re
from collections import Counter

STOPWORDS = {"the", "for", "our", "since", "on", "is", "i", "as", "to", "in", "please", "thanks"}
_WORD = re.compile(r"[a-z0-9]+")


def words(text):
    return [w for w in _WORD.findall(text.lower()) if w not in STOPWORDS]


def build_vocab(docs, min_count=3):
    totals = Counter()
    for doc in docs:
        totals.update(doc)
    kept = sorted(w for w, c in totals.items() if c >= min_count)
    return {w: i for i, w in enumerate(kept)}
