"""Happy guest (score 7+) or not, from what they wrote and who they are."""
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, f1_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder


def load_reviews():
    reviews = pd.read_json("data/reviews.jsonl", lines=True)
    stay = pd.json_normalize(reviews["stay"].tolist())
    reviews = pd.concat([reviews.drop(columns="stay"), stay], axis=1)
    reviews = reviews.rename(columns={"from": "arrival"})
    reviews["arrival"] = pd.to_datetime(reviews["arrival"])
    reviews["guest"] = reviews["guest"].str.lower()
    return reviews[reviews["score"].notna() & (reviews["text"] != "")].reset_index(drop=True)


def load_guests():
    guests = pd.read_csv("data/guests.csv", keep_default_na=True)
    guests.columns = [c.lower().replace(" ", "_") for c in guests.columns]
    guests["email_address"] = guests["email_address"].str.strip().str.lower()
    guests["country"] = guests["country"].str.upper()
    # upgraded guests are written again at the end of the file
    return guests.drop_duplicates("email_address", keep="last")


def add_amenities(reviews):
    used = reviews[["review_id", "amenities"]].explode("amenities").dropna()
    print(used["amenities"].value_counts().sort_index().to_dict())
    wide = pd.crosstab(used["review_id"], used["amenities"]).add_prefix("used_")
    out = reviews.merge(wide, left_on="review_id", right_index=True, how="left")
    out[wide.columns] = out[wide.columns].fillna(0)
    return out, list(wide.columns)


def add_past(reviews):
    reviews = reviews.sort_values(["guest", "arrival", "review_id"])
    reviews["visit_no"] = reviews.groupby("guest").cumcount() + 1
    return reviews.sort_values("review_id")


def main():
    reviews = add_past(load_reviews())
    reviews, amenity_cols = add_amenities(reviews)
    guests = load_guests()
    df = reviews.merge(guests, left_on="guest", right_on="email_address", how="left")
    print(f"{len(df)} reviews, {df['email_address'].isna().sum()} by unknown guests")

    df["age"] = df["age"].fillna(df["age"].median())
    df["country"] = df["country"].fillna("??")
    df["loyalty"] = df["loyalty"].fillna("none")
    df["season"] = df["arrival"].dt.quarter.map({1: "winter", 2: "spring", 3: "summer", 4: "autumn"})
    df["n_words"] = df["text"].str.split().str.len()
    df["happy"] = (df["score"] >= 7).astype(int)

    text = FeatureUnion([
        ("words", TfidfVectorizer(ngram_range=(1, 2), min_df=2)),
        ("chars", CountVectorizer(analyzer="char_wb", ngram_range=(3, 3), min_df=5, binary=True)),
    ])
    features = ColumnTransformer([
        ("text", text, "text"),
        ("num", MinMaxScaler(), ["age", "nights", "n_words", "visit_no"]),
        ("cat", OneHotEncoder(handle_unknown="ignore"), ["hotel", "country", "loyalty", "season"]),
        ("amen", "passthrough", amenity_cols),
    ])
    clf = Pipeline([("features", features), ("lr", LogisticRegression(C=0.5, max_iter=1000))])

    train, test = train_test_split(df, test_size=0.25, random_state=11)
    clf.fit(train, train["happy"])
    pred = clf.predict(test)
    print(classification_report(test["happy"], pred, digits=3))
    print("F1:", round(f1_score(test["happy"], pred), 3))


if __name__ == "__main__":
    main()
