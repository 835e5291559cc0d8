"""Text models small enough to stand in a file. Both always answer the same for the same text."""
import zlib

import numpy as np

DIMENSIONS = 16

NEGATIVE_WORDS = {
    'angry', 'awful', 'blocked', 'complaint', 'disappointed', 'error', 'failed', 'frustrated', 'late', 'lost',
    'mistake', 'refused', 'slow', 'terrible', 'unacceptable', 'unanswered', 'unfair', 'wrong',
}
POSITIVE_WORDS = {
    'excellent', 'fast', 'friendly', 'glad', 'good', 'grateful', 'great', 'happy', 'helpful', 'perfect', 'pleased',
    'quick', 'satisfied', 'smooth', 'thank', 'thanks', 'wonderful',
}


def words(text):
    return [word.strip('.!?:;"()') for word in text.lower().split()]


def sentiment(text):
    """'negative' or 'positive', by counting words."""
    score = 0
    for word in words(text):
        if word in NEGATIVE_WORDS:
            score -= 1
        elif word in POSITIVE_WORDS:
            score += 1
    return 'negative' if score < 0 else 'positive'


def embed(text):
    """A vector of length 1: each word adds or takes 1 at the place its hash says."""
    vector = np.zeros(DIMENSIONS)
    for word in words(text):
        code = zlib.crc32(word.encode('utf-8'))
        vector[code % DIMENSIONS] += 1.0 if code & 0x10000 else -1.0
    length = np.sqrt((vector ** 2).sum())
    return vector / length if length > 0 else vector
