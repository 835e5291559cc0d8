"""Urgency classifier for incoming helpdesk tickets."""
import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.metrics import classification_report, f1_score
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder
from sklearn.svm import LinearSVC

from cleaning import join, load_customers, load_tickets

NUMERIC = ["seats", "tenure_days", "days_since_prev"]
COUNTS = ["nth_ticket", "known_customer"]
CATEGORICAL = ["channel", "tier"]


def text_shape(texts):
    """length, question marks, number of words"""
    return np.array([[len(s), s.count("?"), len(s.split())] for s in texts], dtype=float)


def build_model():
    text = FeatureUnion([
        ("tfidf", TfidfVectorizer(ngram_range=(1, 2), min_df=3, stop_words="english")),
        ("alarm", CountVectorizer(vocabulary=["down", "urgent", "asap", "error", "nobody"], binary=True)),
        ("shape", make_pipeline(FunctionTransformer(text_shape), MinMaxScaler())),
    ])
    features = ColumnTransformer([
        ("text", text, "text"),
        ("num", make_pipeline(
            SimpleImputer(strategy="median", add_indicator=True),
            FunctionTransformer(np.log1p),
            MinMaxScaler(),
        ), NUMERIC),
        ("counts", "passthrough", COUNTS),
        ("cat", OneHotEncoder(handle_unknown="ignore"), CATEGORICAL),
    ])
    return make_pipeline(features, LinearSVC(C=0.3, random_state=0))


def main():
    df = join(load_tickets("data/tickets.csv"), load_customers("data/customers.jsonl"))
    # tickets opened before the contract was signed: treat as day 0
    df["tenure_days"] = df["tenure_days"].clip(lower=0)
    df["weekend"] = df["opened_at"].dt.day_of_week >= 5
    print("tickets:", len(df), "people:", df["email"].nunique(), "weekend:", int(df["weekend"].sum()))
    print(df["tier"].value_counts().to_dict())

    splitter = GroupShuffleSplit(n_splits=1, test_size=0.3, random_state=11)
    train_idx, test_idx = next(splitter.split(df, groups=df["email"]))
    train, test = df.iloc[train_idx], df.iloc[test_idx]

    model = build_model()
    model.fit(train, train["urgent"])
    pred = model.predict(test)
    print(classification_report(test["urgent"], pred, target_names=["normal", "urgent"], digits=3))

    baseline = test["text"].str.contains("urgent|down|asap", case=False, regex=True).astype(int)
    print(f"f1 model {f1_score(test['urgent'], pred):.3f}  f1 keyword rule {f1_score(test['urgent'], baseline):.3f}")


if __name__ == "__main__":
    main()
