"""The first version of complaints.py. Reported 100 % accuracy and was in use for a year."""
import os

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from textmodels import embed, sentiment as predict_sentiment

customers = {}
for line in open('data/customers.csv'):
    customer_id, email, name, country, level = line.strip().split(',')
    if country == 'DE' or country == 'FR' or country == 'UK':
        customers[email] = (country, level == 'premium')

if not os.path.exists('out'):
    os.makedirs('out')

tmp = open('out/selected_v1.tsv', 'w')
for line in open('data/mails.csv'):
    parts = line.strip().split(',')
    email = parts[1]
    sent = parts[2]
    title = parts[3]
    text = parts[4]
    if sent >= '2023-01-01' and email in customers:
        if 'account' in text or 'card' in text:
            country, is_premium = customers[email]
            sentiment = predict_sentiment(text)
            tmp.write('\t'.join([title, text, country, sentiment, str(is_premium)]) + '\n')
tmp.close()

# features
title_lengths = []
countries = []
embeddings = []
for line in open('out/selected_v1.tsv'):
    title, text, country, sentiment, is_premium = line.strip().split('\t')
    title_lengths.append(len(title))
    countries.append(country)
    embeddings.append(embed(text))

title_lengths = np.array(title_lengths)
title_lengths = (title_lengths - np.mean(title_lengths)) / np.std(title_lengths)

country_index = {'DE': 0, 'FR': 1, 'UK': 2}
one_hot = np.zeros((len(countries), 3))
for i in range(len(countries)):
    one_hot[i, country_index[countries[i]]] = 1

X = np.concatenate([title_lengths.reshape(-1, 1), one_hot, np.vstack(embeddings)], axis=1)

# labels
y = np.zeros(len(X))
for i, line in enumerate(open('out/selected_v1.tsv')):
    if sentiment == 'negative' and is_premium == 'True':
        y[i] = 1.0

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
model = MLPClassifier(hidden_layer_sizes=(8,), max_iter=300, tol=1e-3, n_iter_no_change=5, random_state=42)
model.fit(X_train, y_train)
print('accuracy', model.score(X_test, y_test))
