import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
df = pd.read_csv('people.csv')
X, y = df.drop(columns=['member', 'id']), df.member
num = X.select_dtypes(include=['number']).columns.tolist()
cat = X.select_dtypes(exclude=['number']).columns.tolist()
cat.remove('signup')
pre = ColumnTransformer(transformers=[
  ('num', Pipeline([('i', SimpleImputer(strategy='mean')), ('s', StandardScaler())]), num),
  ('cat', Pipeline([('i', SimpleImputer(strategy='constant', fill_value='missing')), ('o', OneHotEncoder(handle_unknown='ignore'))]), cat)])
models = {'lr': LogisticRegression(max_iter=500), 'rf': RandomForestClassifier(n_estimators=10, random_state=0)}
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0, stratify=y)
for name, m in models.items():
    pipe = Pipeline([('pre', pre), ('m', m)])
    scores = cross_val_score(pipe, X_train, y_train, cv=3)
    print(name, scores.mean())
best = Pipeline([('pre', pre), ('m', models['lr'])])
best.fit(X_train, y_train)
print(best.score(X_test, y_test))
