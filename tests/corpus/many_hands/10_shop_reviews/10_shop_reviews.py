#!/usr/bin/env python
# -*- coding: utf-8 -*-
from __future__ import print_function, division
import random
import re
import string

import numpy as np
from sklearn.naive_bayes import GaussianNB

# positive or negative review?   (4,5 stars -> 1, 1,2 stars -> 0, 3 stars are skipped)

STOPWORDS = ['the', 'a', 'it', 'and', 'was', 'is', 'i', 'in', 'my', 'for', 'with', 'this']
VOCAB_SIZE = 40
users = {}
reviews = []


def read_users(filename):
    lines = open(filename, 'r').readlines()
    for line in lines[1:]:
        fields = line.rstrip('\n').split('\t')
        try:
            age = int(fields[2])
        except:
            age = 35
        users[fields[0]] = (fields[1], age, int(fields[3]))


def tokenize(text):
    text = text.lower()
    for c in string.punctuation:
        text = text.replace(c, ' ')
    return [w for w in re.split(r'\s+', text) if len(w) > 0 and not w in STOPWORDS]


def read_reviews(filename):
    previous = None
    for line in open(filename, 'r'):
        line = line.strip()
        if line == '' or line == previous:
            continue
        previous = line
        user, day, product, stars, text = line.split('|')
        if not stars.isdigit():
            continue
        stars = int(stars)
        if stars == 3:
            continue
        words = tokenize(text)
        # skip reviews with nothing in it
        for w in words:
            if len(w) > 2:
                break
        else:
            continue
        reviews.append([user.lower(), int(day.split('-')[1]), product.lower(), words, text, int(stars > 3)])


def make_vocabulary(docs):
    counts = {}
    for d in docs:
        for w in d[3]:
            counts[w] = counts.get(w, 0) + 1
    ranked = sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))
    return [w for w, c in ranked[:VOCAB_SIZE]]


def vectorize(doc, vocabulary):
    user, month, product, words, text, label = doc
    vec = [0] * len(vocabulary)
    for w in words:
        for i in range(len(vocabulary)):
            if vocabulary[i] == w:
                vec[i] += 1
                break
    country, age, since = users.get(user, ('?', 35, 2014))
    extra = [len(words), text.count('!'), age, 2014 - since, 0, 0, 0, int(month >= 11)]
    if country == 'uk':
        extra[4] = 1
    elif country == 'de':
        extra[5] = 1
    elif country == 'us':
        extra[6] = 1
    return vec + extra


read_users('data/users.txt')
read_reviews('data/reviews.txt')
print('%d users, %d reviews' % (len(users), len(reviews)))

random.seed(42)
random.shuffle(reviews)
cut = int(len(reviews) * 0.75)
train, test = reviews[:cut], reviews[cut:]

vocabulary = make_vocabulary(train)
print('vocabulary: %s ...' % ', '.join(vocabulary[:6]))

Xtrain = np.array([vectorize(r, vocabulary) for r in train], dtype=float)
Xtest = np.array([vectorize(r, vocabulary) for r in test], dtype=float)
ytrain = np.array([r[-1] for r in train])
ytest = np.array([r[-1] for r in test])

nb = GaussianNB(var_smoothing=1e-3).fit(Xtrain, ytrain)
right = 0
for p, t in zip(nb.predict(Xtest), ytest):
    if p == t:
        right += 1
print('accuracy %.2f%% (%d of %d)' % (100 * right / len(test), right, len(test)))
