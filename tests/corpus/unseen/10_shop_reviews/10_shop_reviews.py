"""Sentiment of shop reviews (4-5 stars = positive)."""
import json

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, f1_score
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

with open("data/reviews.jsonl") as f:
    records = [json.loads(line) for line in f]
reviews = pd.json_normalize(records)
reviews.columns = [c.replace(".", "_") for c in reviews.columns]

# edited reviews show up twice, the later line is the current one
reviews = reviews.drop_duplicates(subset="id", keep="last")
reviews["date"] = pd.to_datetime(reviews["date"])
reviews["user_email"] = reviews["user_email"].str.lower()
reviews = reviews[reviews["body"].str.strip() != ""]

# product master data
products = pd.read_csv("data/products.csv")
products["category"] = products["category"].str.title()
products["price"] = products["list_price"].str.replace("$", "", regex=False).str.replace(",", "").astype(float)
df = pd.merge(reviews, products[["SKU", "category", "price"]], left_on="sku", right_on="SKU", how="left")
df["category"] = df["category"].fillna("Other")

# tags -> one column per tag we care about
tags = df[["id", "tags"]].explode("tags").dropna()
tags = tags[tags["tags"].isin(["gift", "daily-use", "slow-delivery"])]   # 'returned' would give it away
flags = tags.assign(v=1).pivot_table(index="id", columns="tags", values="v", aggfunc="max", fill_value=0)
flags.columns = ["tag_" + c.replace("-", "_") for c in flags.columns]
df = df.merge(flags, on="id", how="left")
tag_cols = list(flags.columns)
df[tag_cols] = df[tag_cols].fillna(0)


def verified_label(row):
    if row["user_verified"] is True:
        return "yes"
    if row["user_verified"] is False:
        return "no"
    return "unknown"


df["verified"] = df.apply(verified_label, axis=1)
df["text"] = df["headline"].fillna("") + " " + df["body"]
df["n_words"] = df["body"].str.split().str.len()
df["weekday"] = df["date"].dt.dayofweek
df["net_votes"] = df["votes_up"] - df["votes_down"]

# how many reviews had this person written before?
df = df.sort_values(["date", "id"])
df["nth_review"] = df.groupby("user_email").cumcount()
df["positive"] = np.where(df["stars"] >= 4, 1, 0)

# a person is either in train or in test
emails = np.array(sorted(df["user_email"].unique()))
np.random.seed(11)
np.random.shuffle(emails)
test_people = emails[: len(emails) // 4]
in_test = df["user_email"].isin(test_people)
train, test = df[~in_test], df[in_test]

text = FeatureUnion([
    ("words", TfidfVectorizer(min_df=2, stop_words="english")),
    ("chars", CountVectorizer(analyzer="char_wb", ngram_range=(3, 3), max_features=150, binary=True)),
])
numbers = Pipeline([
    ("fill", SimpleImputer(strategy="median", add_indicator=True)),
    ("log", FunctionTransformer(np.log1p)),
    ("scale", StandardScaler()),
])
features = ColumnTransformer([
    ("text", text, "text"),
    ("num", numbers, ["price", "n_words", "nth_review"]),
    ("votes", StandardScaler(), ["net_votes"]),
    ("cat", OneHotEncoder(handle_unknown="ignore"), ["category", "verified", "weekday"]),
    ("tags", "passthrough", tag_cols),
])
model = Pipeline([("features", features), ("clf", SGDClassifier(loss="log_loss", alpha=1e-2, random_state=11))])
model.fit(train, train["positive"])
pred = model.predict(test)
print(f"{len(train)} train / {len(test)} test reviews from {len(test_people)} people")
print(f"accuracy {accuracy_score(test['positive'], pred):.3f}, F1 {f1_score(test['positive'], pred):.3f}")
