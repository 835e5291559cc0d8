import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv").rename(columns=lambda c: c.strip().title())
people.columns = people.columns.str.lower().str.replace(" ", "_")
people["city"] = people["city"].str.strip().str.title()
people["year"] = people["signup"].str.split("-").str[0].astype(int)
people["last"] = people["signup"].str.split("-").str[-1].astype(int)
people["tail"] = people["signup"].str[-2:].astype(float)
people["dashes"] = people["signup"].str.split("-").str.len() + people["signup"].str.count("-")
people["digit"] = people["name"].str.extract(r"p(\d+)", expand=False).astype(float)
people["ends"] = people["name"].str.contains(r"[05]$", na=False).astype(int)
people["o_city"] = people["city"].str.contains("OS|ro", case=False).astype(int)
people["short"] = people["city"].str.match("[KL]").astype(int)
people["full"] = people["city"].str.fullmatch("Rome").astype(int)
people["letters"] = people["city"].str.len().fillna(0)
people["masked"] = people["name"].str.replace(r"\d", "#", regex=True).str.count("#")
people["first_letter"] = people["city"].str[0].eq("O").astype(int)
people["many"] = people["name"].str.findall(r"\d").str.len()
people["second"] = people["signup"].str.split("-", n=1).str[1].str.len()
people["zeros"] = people["name"].str.zfill(4).str.startswith(("0", "p")).astype(int)
people["label"] = people["name"].str.cat(people["signup"], sep="/").str.len()

columns = people.select_dtypes("number").columns.difference(["id", "age", "income"])
X_train, X_test, y_train, y_test = train_test_split(people[columns], people["member"], random_state=1)
model = LogisticRegression(max_iter=50)
model.fit(X_train, y_train)
