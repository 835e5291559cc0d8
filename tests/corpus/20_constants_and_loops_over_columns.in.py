import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder
import numpy as np

CATEGORIES = ['city', 'name']
df = pd.read_csv('people.csv', na_values=['?'])
for column in CATEGORIES:
    df[column] = df[column].fillna('none').str.upper()
for column, factor in {'income': 2.0, 'age': 0.5}.items():
    df[column + '_scaled'] = df[column].fillna(1) * factor
df.columns = [c.replace('income', 'money') for c in df.columns]
numbers = [c for c in df.columns if c.endswith('_scaled')]
train, test = train_test_split(df, random_state=17, test_size=0.25)
features = ColumnTransformer([
    ('hot', OneHotEncoder(handle_unknown='ignore', sparse_output=False), CATEGORIES),
    ('log', FunctionTransformer(np.log1p), numbers),
], remainder='drop')
model = Pipeline(steps=[('features', features), ('model', LogisticRegression(max_iter=300))])
model.fit(train, train.member)
print(model.score(test, test.member))
