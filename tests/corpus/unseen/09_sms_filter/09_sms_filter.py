# Homework 3 - spam filter with my own bag of words
import random
import numpy as np
from sklearn.naive_bayes import MultinomialNB

STOPWORDS = ["the", "to", "for", "at", "we", "you", "your"]
VOCAB_SIZE = 60
contacts = []
messages = []


def loadContacts():
    for l in open("data/contacts.csv").readlines()[1:]:
        name, phone, group = l.strip().split(",")
        contacts.append([name, phone.replace(" ", ""), group.lower()])


def loadMessages():
    seen = set()
    for l in open("data/sms.txt", encoding="utf-8"):
        parts = l.strip().split("\t")
        if len(parts) < 3:
            continue  # empty line or no text
        label, phone, text = parts
        if (phone, text) in seen:
            continue
        seen.add((phone, text))
        # look the sender up in my contacts
        for c in contacts:
            if c[1] == phone:
                group = c[2] if c[2] != "" else "no group"
                break
        else:
            group = "stranger"
        messages.append({"y": 1 if label.lower() == "spam" else 0, "phone": phone, "text": text, "group": group})


def tokens(text):
    result = []
    for w in text.lower().split():
        w = w.strip(".,!?")
        if w == "" or w in STOPWORDS:
            continue
        if w.isdigit():
            w = "<number>"
        elif w.startswith("£"):
            w = "<money>"
        result.append(w)
    return result


def makeVocabulary(msgs):
    counts = {}
    for m in msgs:
        for w in tokens(m["text"]):
            counts[w] = counts.get(w, 0) + 1
    words = sorted(counts, key=lambda w: (-counts[w], w))
    return words[:VOCAB_SIZE]


def vector(m, vocab, groups):
    v = [0] * len(vocab)
    for w in tokens(m["text"]):
        if w in vocab:
            v[vocab.index(w)] += 1
    upper = 0
    for w in m["text"].split():
        if w.isupper():
            upper += 1
    g = [0] * len(groups)
    if m["group"] in groups:
        g[groups.index(m["group"])] = 1
    return v + [upper, m["text"].count("!"), 1 if len(m["phone"]) < 8 else 0] + g


loadContacts()
loadMessages()
print("number of messages:", len(messages))

random.seed(5)
random.shuffle(messages)
n = len(messages) * 2 // 3
train, test = messages[:n], messages[n:]
vocab = makeVocabulary(train)
groups = ["family", "uni", "work", "no group", "stranger"]
print("top words:", vocab[:8])

X_train = np.array([vector(m, vocab, groups) for m in train])
y_train = np.array([m["y"] for m in train])
X_test = np.array([vector(m, vocab, groups) for m in test])
y_test = np.array([m["y"] for m in test])

model = MultinomialNB(alpha=1.0)
model.fit(X_train, y_train)
p = model.predict(X_test)

tp = fp = fn = tn = 0
for i in range(len(p)):
    if p[i] == 1 and y_test[i] == 1:
        tp += 1
    elif p[i] == 1:
        fp += 1
    elif y_test[i] == 1:
        fn += 1
    else:
        tn += 1
print("tp", tp, "fp", fp, "fn", fn, "tn", tn)
print("accuracy =", round((tp + tn) / len(p), 3))
