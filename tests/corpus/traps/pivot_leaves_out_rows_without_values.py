# same
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
visits.loc[visits['cost'] < 15, 'cost'] = np.nan
wide = visits.pivot_table(index='person_id', columns='kind', values='cost', aggfunc='mean')
sums = visits.pivot_table(index='person_id', columns='kind', values='cost', aggfunc='sum').add_prefix('sum_')
df['seen'] = df['id'].isin(wide.index).astype(int)
df = df.merge(wide.reset_index(), left_on='id', right_on='person_id', how='left')
df = df.merge(sums, left_on='id', right_index=True, how='left')
df['lab'] = df['lab'].fillna(-1)
df['sum_lab'] = df['sum_lab'].fillna(-2)
df['income'] = df['income'].fillna(0)
X = df[['income', 'seen', 'lab', 'sum_lab']]
y = df['member']

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
