import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

df = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv').drop_duplicates('person_id')
df = df.merge(visits, left_on='id', right_on='person_id', how='left')
df['kind'] = df['kind'].fillna('check')
X = df[['age', 'city', 'income', 'kind', 'name']]
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3, stratify=y)
encode = ColumnTransformer([
    ('numbers', make_pipeline(SimpleImputer(strategy='median'), StandardScaler()), make_column_selector(dtype_include='number')),
    ('city', Pipeline([('fill', SimpleImputer(strategy='most_frequent')), ('hot', OneHotEncoder(handle_unknown='ignore'))]), ['city']),
    ('kind', OrdinalEncoder(categories=[['check', 'lab', 'ward']]), ['kind']),
    ('name', OneHotEncoder(handle_unknown='ignore', min_frequency=2), ['name']),
])
pipeline = Pipeline([('encode', encode), ('model', LogisticRegression(max_iter=2000))])
search = GridSearchCV(pipeline, {'model__C': [0.1, 1.0], 'encode__numbers__simpleimputer__strategy': ['mean', 'median']}, cv=3)
search.fit(X_train, y_train)
print(search.best_params_, search.score(X_test, y_test))
