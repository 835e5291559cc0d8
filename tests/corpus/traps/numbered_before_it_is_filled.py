# same
"""A column is numbered first and filled afterwards: the numbers are those of the column as it was."""
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

df = pd.read_csv("people.csv")
df["number"] = pd.factorize(df["city"])[0]
df["city"] = df["city"].fillna("none")
X = pd.concat([df[["number", "income"]], pd.get_dummies(df["city"], prefix="city")], axis=1)
y = df["member"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = DecisionTreeClassifier(random_state=0).fit(X_train, y_train)
print(model.score(X_test, y_test))
