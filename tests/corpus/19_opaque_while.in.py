import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

visits = pd.read_csv('visits.csv')
people = pd.read_csv('people.csv')
costs = list(visits['cost'])
runs = []
start = 0
while start < len(costs):
    end = start
    total = 0.0
    while end < len(costs) and total < 50:
        total += costs[end]
        end += 1
    runs.append((start, end - start, total))
    start = end
table = pd.DataFrame(runs, columns=['start', 'length', 'total'])
table['long'] = table['length'] > 2
X_train, X_test, y_train, y_test = train_test_split(table[['start', 'total']], table['long'], test_size=0.3, random_state=1)
model = LogisticRegression()
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
