import csv

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

records, labels = [], []
with open("people.csv", newline="") as f:
    for row in csv.DictReader(f):
        age = int(row["age"]) if row["age"] else 40
        records.append(
            {"income": float(row["income"]), "city": row["city"] or "none", "age": age, "day": row["signup"][8:], "adult": age > 20}
        )
        labels.append(row["member"])

train, test, y_train, y_test = train_test_split(records, labels, test_size=0.25, random_state=2)
vectorizer = DictVectorizer(sparse=False)
X_train = vectorizer.fit_transform(train)
X_test = vectorizer.transform(test)
model = LogisticRegression(max_iter=50)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
