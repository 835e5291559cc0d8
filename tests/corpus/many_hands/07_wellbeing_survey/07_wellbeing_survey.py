# port of wellbeing.R  (tidyverse -> pandas, rpart -> DecisionTree, glm -> LogisticRegression)
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.tree import DecisionTreeClassifier, export_text

ITEMS = ["q1", "q2", "q3", "q4", "q5", "q6"]


# mutate(across(everything(), na_if, 99))
def na_if_99(df, cols):
    return df.assign(**{c: df[c].replace(99, np.nan) for c in cols})


def distinct_lower(df, key):
    return df.assign(**{key: df[key].str.lower()}).drop_duplicates(key)


wave1 = (
    pd.read_csv("data/wave1.csv")
    .pipe(na_if_99, ITEMS)
    .pipe(distinct_lower, "email")
    .assign(region=lambda d: d["region"].str.lower())
)
wave2 = pd.read_csv("data/wave2.csv").pipe(na_if_99, ["stress", "sleep"])

# pivot_longer() %>% group_by(email) %>% summarise()
long = wave1.melt(id_vars=["email", "employment"], value_vars=ITEMS, var_name="item", value_name="score")
long = long.dropna(subset=["score"])
scale = (
    long.groupby("email", as_index=False)
    .agg(wellbeing=("score", "mean"), spread=("score", "std"), answered=("score", "count"))
    .query("answered >= 4")
)

item_means = long.pivot_table(index="item", columns="employment", values="score", aggfunc="mean")
print(item_means.round(2))

# inner_join(..., suffix = c(".x", ".y"))
d = (
    wave1.drop(columns=ITEMS)
    .merge(scale, on="email", how="inner")
    .merge(wave2, on="email", how="inner", suffixes=(".x", ".y"))
    .dropna(subset=["life_sat"])
    .assign(
        moved=lambda t: (t["region.x"] != t["region.y"]).astype(int),
        satisfied=lambda t: (t["life_sat"] >= 6).astype(int),
        age=lambda t: t["age"].fillna(t["age"].median()),
        stress=lambda t: t["stress"].fillna(t["stress"].mode()[0]),
        sleep=lambda t: t["sleep"].fillna(t["sleep"].mode()[0]),
    )
)

# factor(employment, levels = ...), NA becomes its own level
d["employment"] = d["employment"].fillna("not stated")
levels = ["full-time", "part-time", "student", "unemployed", "not stated"]
d["employment"] = pd.Categorical(d["employment"], categories=levels)
d["employment_code"] = d["employment"].cat.codes
d["age_group"] = pd.qcut(d["age"], 4, labels=["Q1", "Q2", "Q3", "Q4"])

print(pd.crosstab(d["employment"], d["satisfied"], margins=True))
print(d.groupby("age_group", observed=True)["life_sat"].mean().round(2).to_dict())

# set.seed(2019); slice_sample(prop = .7); anti_join()
train = d.sample(frac=0.7, random_state=2019)
test = d.loc[~d["email"].isin(train["email"])]

# rpart(satisfied ~ wellbeing + spread + stress + sleep + age + employment + moved)
tree_x = ["wellbeing", "spread", "stress", "sleep", "age", "employment_code", "moved"]
tree = DecisionTreeClassifier(max_depth=3, min_samples_leaf=8, random_state=1)
tree.fit(train[tree_x], train["satisfied"])
print(export_text(tree, feature_names=tree_x, max_depth=1))
print("tree accuracy:", round(tree.score(test[tree_x], test["satisfied"]), 3))

# glm(family = binomial) on model.matrix(~ . - 1)
formula = ["wellbeing", "stress", "sleep", "moved", "employment", "mode"]
mm_train = pd.get_dummies(train[formula], columns=["employment", "mode"], drop_first=True).astype(float)
mm_test = pd.get_dummies(test[formula], columns=["employment", "mode"], drop_first=True).astype(float)
mm_test = mm_test.reindex(columns=mm_train.columns, fill_value=0.0)
glm = LogisticRegression(C=10.0, max_iter=2000).fit(mm_train, train["satisfied"])
print("glm accuracy:", round(glm.score(mm_test, test["satisfied"]), 3))
print(confusion_matrix(test["satisfied"], glm.predict(mm_test)))
