import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import shuffle

people = shuffle(pd.read_csv("people.csv").dropna(subset=["age", "income"]), random_state=2)
people["rich"] = people["income"] > 40
train, rest = train_test_split(people, train_size=0.6, random_state=1)
test, held = train_test_split(rest, test_size=0.4, random_state=1)
columns = ["age", "income", "rich"]
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
model.fit(train[columns], train["member"])
print("held", model.score(held[columns], held["member"]))
print("test", model.score(test[columns], test["member"]))
