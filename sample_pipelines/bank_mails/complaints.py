"""Which mails are complaints of premium customers? Trains a small network on last years' mails.

Run from this folder: python complaints.py
"""
import os
import pickle

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import textmodels

TARGET_COUNTRIES = ['DE', 'FR', 'UK']

# customers of the three countries; who registered again is listed again, the later entry counts
customers = {}
with open('data/customers.csv') as f:
    for line in f:
        parts = line.strip().split(',')
        customer_id, email, name, country, level = parts
        if country not in TARGET_COUNTRIES:
            continue
        customers[email] = (customer_id, country, level == 'premium')

# the mails that matter, with what we know about the sender
os.makedirs('out', exist_ok=True)
with open('data/mails.csv') as mails, open('out/selected.tsv', 'w') as selected:
    for line in mails:
        mail_id, email, sent, title, text = line.strip().split(',')
        if sent < '2023-01-01':
            continue
        if 'newsletter' in title.lower():
            continue
        if 'account' not in text and 'card' not in text:
            continue
        if email not in customers:
            continue
        customer_id, country, is_premium = customers[email]
        sentiment = textmodels.sentiment(text)
        selected.write(f'{email}\t{title}\t{text}\t{country}\t{sentiment}\t{is_premium}\n')

# features
embeddings = []
lengths = []
countries = []
with open('out/selected.tsv') as f:
    for line in f:
        email, title, text, country, sentiment, is_premium = line.strip().split('\t')
        embeddings.append(textmodels.embed(title + ' ' + text))
        lengths.append([len(title), len(text)])
        countries.append(country)

lengths = np.array(lengths, dtype=float)
lengths = (lengths - lengths.mean(axis=0)) / lengths.std(axis=0)

country_index = {country: i for i, country in enumerate(sorted(set(countries)))}
country_columns = np.zeros((len(countries), len(country_index)))
for i, country in enumerate(countries):
    country_columns[i, country_index[country]] = 1.0

X = np.hstack([np.array(embeddings), lengths, country_columns])

# labels
y = np.zeros(len(countries))
with open('out/selected.tsv') as f:
    for i, line in enumerate(f):
        email, title, text, country, sentiment, is_premium = line.strip().split('\t')
        if sentiment == 'negative' and is_premium == 'True':
            y[i] = 1.0

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=7)

model = MLPClassifier(hidden_layer_sizes=(16,), max_iter=300, tol=1e-3, n_iter_no_change=5, random_state=7)
model.fit(X_train, y_train)

print('mails', len(y), 'complaints', int(y.sum()))
print('accuracy', model.score(X_test, y_test))

with open('out/complaints.pkl', 'wb') as f:
    pickle.dump(model, f)
