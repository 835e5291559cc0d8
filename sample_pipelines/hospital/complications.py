"""Which patients will have more complications than usual for their age?

Run from this folder: python complications.py
"""
import os

import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

COUNTIES_OF_INTEREST = ['county2', 'county3']

# load the two tables
patients = pd.read_csv('data/patients.csv')
histories = pd.read_csv('data/histories.csv')

# combine them, and compare everybody with their own age group
data = patients.merge(histories, on=['ssn'])
complications = data.groupby('age_group').agg(mean_complications=('complications', 'mean'))
data = data.merge(complications, on=['age_group'])
data['label'] = data['complications'] > 1.2 * data['mean_complications']

# only what we need
data = data[['ssn', 'smoker', 'county', 'num_children', 'race', 'income', 'label']]
data = data[data['county'].isin(COUNTIES_OF_INTEREST)]

# features
impute_and_encode = Pipeline([
    ('impute', SimpleImputer(strategy='most_frequent')),
    ('encode', OneHotEncoder(handle_unknown='ignore')),
])
featurisation = ColumnTransformer([
    ('categories', impute_and_encode, ['smoker', 'county', 'race']),
    ('numbers', StandardScaler(), ['num_children', 'income']),
])

train_data, test_data = train_test_split(data, test_size=0.25, random_state=42)

model = Pipeline([
    ('features', featurisation),
    ('learner', LogisticRegression(max_iter=1000)),
])
model.fit(train_data, train_data['label'])

print('accuracy', model.score(test_data, test_data['label']))

# hand over to the clinic: the model, and what it says about the patients in the test set
os.makedirs('out', exist_ok=True)
joblib.dump(model, 'out/model.pkl')
predictions = test_data[['ssn', 'county']].copy()
predictions['predicted'] = model.predict(test_data)
predictions['probability'] = model.predict_proba(test_data)[:, 1]
predictions.to_csv('out/predictions.csv', index=False)
