# same
from collections import namedtuple

import numpy as np
from sklearn.linear_model import LogisticRegression


class Words:
    kind = "text"

    def __init__(self, needle="late", twice=False):
        self.needle = needle
        self.twice = twice

    @property
    def factor(self):
        return 2 if self.twice else 1

    @staticmethod
    def clean(text):
        return text.strip().lower()

    def count(self, text):
        return self.clean(text).count(self.needle) * self.factor


Mail = namedtuple("Mail", "email title text")
late, offers = Words(), Words("offer", twice=True)
mails = []
for line in open("mails.txt"):
    mid, email, sent, title, text = line.strip().split(",")
    mails.append(Mail(email, title, text))
other = late
other.needle = "card"
rows = []
for mail in mails:
    email, title, text = mail
    rows.append([late.count(mail.text), offers.count(text), len(mail[1]), late.kind == "text"])
y = [m.email < "m2" for m in mails]
model = LogisticRegression(max_iter=2000).fit(np.array(rows), np.array(y))
