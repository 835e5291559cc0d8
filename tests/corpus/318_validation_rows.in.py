import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

people = pd.read_csv("people.csv").dropna(subset=["age", "income"])
X = people[["age", "income"]]
y = people["member"].astype(int)
X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=0.2, random_state=5, stratify=y)
X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=0.25, random_state=6, stratify=y_rest)
scaler = StandardScaler().fit(X_train)
model = LogisticRegression(max_iter=500)
model.fit(scaler.transform(X_train), y_train)
print("validation", accuracy_score(y_val, model.predict(scaler.transform(X_val))))
print("test", accuracy_score(y_test, model.predict(scaler.transform(X_test))))
