# 30 day readmission -- port of readmit.R (dplyr) to pandas
# every function takes a frame and gives a frame back, like %>% did

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler


def clean_admissions(df):
    return (
        df.drop_duplicates()
        .query("disposition != 'Died'")
        .dropna(subset=["readmit30", "discharged"])
        .assign(
            disposition=lambda d: d["disposition"].str.lower().str.replace(" ", "_"),
            los=lambda d: (d["discharged"] - d["admitted"]).dt.days,
            weekend=lambda d: d["discharged"].dt.day_name().isin(["Saturday", "Sunday"]).astype(int),
            acuity=lambda d: d["acuity"].fillna("unknown"),
        )
    )


def clean_patients(df):
    sex = {"female": "F", "male": "M"}
    return df.assign(sex=lambda d: d["sex"].replace(sex))


def add_history(df):
    """summarise() by patient, joined back: mutate() over groups."""
    history = df.groupby("patient_no").agg(
        n_adm=("admission_id", "count"),
        mean_los=("los", "mean"),
        max_crp=("crp", "max"),
        first_adm=("admitted", "min"),
    ).reset_index()
    return df.merge(history, on="patient_no", how="left").assign(
        days_since_first=lambda d: (d["admitted"] - d["first_adm"]).dt.days
    )


def add_groups(df):
    age = df["admitted"].dt.year - df["dob"].dt.year
    conditions = [age < 50, age < 70, age >= 70]
    return df.assign(
        age=age,
        age_group=np.select(conditions, ["young", "middle", "old"], default="unknown"),
        moved=(df["ward_adm"] != df["ward_gp"]).astype(int),
    )


admissions = pd.read_csv("data/admissions.csv", parse_dates=["admitted", "discharged"])
patients = pd.read_csv("data/patients.csv", parse_dates=["dob"])
wards = pd.read_csv("data/wards.csv")

dat = (
    patients.pipe(clean_patients)
    # right_join: keep every admission
    .merge(admissions.pipe(clean_admissions).pipe(add_history),
           on="patient_no", how="right", suffixes=("_gp", "_adm"))
    .merge(wards, left_on="ward_adm", right_on="code", how="left")
    .pipe(add_groups)
    .assign(specialty=lambda d: d["specialty"].fillna("other"),
            sex=lambda d: d["sex"].fillna("U"))
)
print(dat.groupby("age_group").agg(n=("patient_no", "size"), rate=("readmit30", "mean")).round(2))

skewed = ["los", "crp", "mean_los"]
numeric = ["age", "comorbidities", "beds", "n_adm", "days_since_first", "weekend", "moved"]
nominal = ["sex", "specialty", "disposition", "age_group"]
ordinal = ["acuity"]

preprocess = ColumnTransformer([
    ("skewed", make_pipeline(SimpleImputer(strategy="median"), FunctionTransformer(np.log1p), StandardScaler()), skewed),
    ("numeric", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numeric),
    ("nominal", OneHotEncoder(handle_unknown="ignore", sparse_output=False), nominal),
    ("ordinal", OrdinalEncoder(categories=[["unknown", "low", "medium", "high"]]), ordinal),
])

y = dat["readmit30"].astype(int)
X = dat[skewed + numeric + nominal + ordinal]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=2020, stratify=y)

for label, est in [("glm", LogisticRegression(max_iter=1000)),
                   ("gbm", GradientBoostingClassifier(n_estimators=60, max_depth=2, random_state=1))]:
    fit = make_pipeline(preprocess, est).fit(X_train, y_train)
    p = fit.predict_proba(X_test)[:, 1]
    print(f"{label}: auc={roc_auc_score(y_test, p):.3f} logloss={log_loss(y_test, p):.3f}")
