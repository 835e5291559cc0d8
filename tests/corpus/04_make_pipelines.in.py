import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

data = pd.read_csv('people.csv')
target = data['member']
features = data.drop('member', axis=1)
X_train, X_test, y_train, y_test = train_test_split(features, target, train_size=0.75, random_state=3, stratify=target)
numeric = make_pipeline(SimpleImputer(strategy='median'), StandardScaler())
preprocess = make_column_transformer(
    (numeric, ['age', 'income']),
    (OneHotEncoder(handle_unknown='ignore', sparse_output=False), ['name']),
)
model = make_pipeline(preprocess, LogisticRegression(C=0.5, max_iter=500))
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
