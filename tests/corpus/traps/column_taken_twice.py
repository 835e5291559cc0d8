# stops: no-rule
"""A list of columns names one twice: the table has it twice, and the sum of its row counts it twice."""
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv")
people["age"] = people["age"].fillna(0)
people["both"] = people[["age", "income", "age"]].sum(axis=1)
X_train, X_test, y_train, y_test = train_test_split(people[["both"]], people["member"], random_state=1)
model = LogisticRegression(max_iter=100).fit(X_train, y_train)
