# stops: shape
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
wide = visits.pivot_table(index='person_id', columns='kind', values='cost', aggfunc='sum', fill_value=0).reset_index()
df = df.merge(wide, left_on='id', right_on='person_id', how='left').fillna(0)
X = df.drop(columns=['id', 'name', 'city', 'signup', 'member', 'person_id'])
y = df['member']

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
