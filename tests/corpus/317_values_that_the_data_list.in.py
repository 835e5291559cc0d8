import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder

df = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv').drop_duplicates('person_id')
df = df.merge(visits, left_on='id', right_on='person_id', how='left')
df = df.drop(columns=['name', 'signup', 'visit_id', 'person_id'])
df = df.fillna(df.mode().iloc[0])
counts = df['city'].value_counts()
rare = counts[counts < 14].index
df['often'] = df['city'].apply(lambda city: city if counts[city] > 12 else 'rare')
df['city'] = df['city'].replace(rare, 'other')
texts = df[['often', 'kind']].columns
df[texts] = df[texts].apply(LabelEncoder().fit_transform)
df = pd.get_dummies(df, columns=['city'])
X = df.filter(regex='^(city_|often|kind|cost|age)')
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
