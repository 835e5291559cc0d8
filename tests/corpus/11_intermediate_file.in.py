import os
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

os.makedirs('out', exist_ok=True)
path = os.path.join('out', 'chosen.tsv')
with open('mails.txt') as source, open(path, 'w') as chosen:
    chosen.write('title\ttext\tcount\n')
    for line in source:
        mid, email, sent, title, text = line.rstrip('\n').split(',')
        if 'offer' in text and not 'error' in title:
            chosen.write(title + '\t' + text + '\t' + str(len(text)) + '\t' + str(email.startswith('m1')) + '\n')

lengths, flags, words = [], [], []
f = open(path)
next(f)
for line in f:
    title, text, count, early = line.rstrip('\n').split('\t')
    lengths.append(int(count))
    words.append(float(len(title.split())))
    flags.append(1 if early == 'True' else 0)
f.close()
X = np.column_stack([np.array(lengths), words])
y = np.array(flags)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=1, stratify=y)
model = LogisticRegression(max_iter=1000).fit(X_train, y_train)
print(model.score(X_test, y_test))
