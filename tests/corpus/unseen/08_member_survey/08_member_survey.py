# Port of nps_model.R (dplyr / tidyr / e1071). Pipes kept wherever possible.
import pandas as pd
from sklearn.metrics import accuracy_score, classification_report
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, MinMaxScaler
from sklearn.svm import LinearSVC

likert_levels = ["strongly disagree", "disagree", "neutral", "agree", "strongly agree"]
likert = {level: i + 1 for i, level in enumerate(likert_levels)}
items = ["q_staff", "q_price", "q_hours", "q_wait", "q_clean"]


def last_wave(df):
    # arrange(wave) %>% group_by(respondent_id) %>% slice_tail(n = 1)
    return df.sort_values(["respondent_id", "wave"]).drop_duplicates("respondent_id", keep="last")


def add_nps_group(df):
    # cut(recommend, c(-1, 6, 8, 10))
    return df.assign(nps=pd.cut(df["recommend"], bins=[-1, 6, 8, 10], labels=["detractor", "passive", "promoter"]))


def add_regions(df, regions):
    return df.merge(regions, how="left", left_on="region_code", right_on="code").drop(columns="code")


survey = pd.read_csv("data/survey.csv")
regions = pd.read_csv("data/regions.csv").drop_duplicates()

d = (
    survey
    .dropna(subset=["recommend"])
    .pipe(last_wave)
    .assign(
        sex=lambda x: x["sex"].str.upper().replace({"X": "other"}).fillna("other"),
        region_code=lambda x: x["region_code"].str.upper(),
        income=lambda x: x["income"].replace("prefer not to say", "missing"),
    )
    .pipe(add_regions, regions)
    .pipe(add_nps_group)
    .reset_index(drop=True)
)

# tidyr::pivot_longer -> recode -> mean per respondent
long = d[["respondent_id"] + items].melt(id_vars="respondent_id", var_name="item", value_name="answer")
long["score"] = long["answer"].str.lower().map(likert)
long.loc[long["item"] == "q_wait", "score"] = 6 - long["score"]      # reversed item
long["score"] = long["score"].fillna(long.groupby("item")["score"].transform("median"))
scores = long.pivot(index="respondent_id", columns="item", values="score").reset_index()
scale = (
    long.groupby("respondent_id")["score"]
    .agg(["mean", "std"])
    .rename(columns={"mean": "scale_mean", "std": "scale_sd"})
    .reset_index()
)
d = d.drop(columns=items).merge(scores, on="respondent_id").merge(scale, on="respondent_id")

d["age"] = d["age"].fillna(d["age"].median())
d["age_q"] = pd.qcut(d["age"], 4, labels=False)
d["gdp_pc"] = d["gdp_pc"].fillna(d["gdp_pc"].mean())
d["region"] = d["region"].fillna("Unknown").astype("category").cat.codes
d["income"] = pd.Categorical(d["income"], categories=["missing", "<20k", "20-40k", "40-60k", "60k+"], ordered=True).codes
d = pd.concat([d, pd.get_dummies(d["sex"], prefix="sex", dtype=int)], axis=1)

print(pd.crosstab(d["age_q"], d["nps"], normalize="index").round(2))

predictors = items + ["scale_mean", "scale_sd", "age", "age_q", "income", "region", "gdp_pc", "sex_F", "sex_M"]

# sample_frac(0.75) and anti_join
train = d.sample(frac=0.75, random_state=2015)
test = d[~d["respondent_id"].isin(train["respondent_id"])]

le = LabelEncoder().fit(d["nps"])
svm = make_pipeline(MinMaxScaler(), LinearSVC(C=1.0, random_state=2015, max_iter=5000))
svm.fit(train[predictors], le.transform(train["nps"]))

pred = le.inverse_transform(svm.predict(test[predictors]))
print("accuracy:", round(accuracy_score(test["nps"], pred), 3))
print(classification_report(test["nps"], pred, zero_division=0))
