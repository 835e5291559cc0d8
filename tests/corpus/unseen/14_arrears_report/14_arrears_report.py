"""
MONTHLY ARREARS MODEL  (replaces ARREARS_V3.sas)

Steps follow the old job:
    STEP 1  read the three extracts
    STEP 2  clean and merge   (PROC SQL)
    STEP 3  derive            (DATA step)
    STEP 4  control tables    (PROC FREQ)
    STEP 5  model             (PROC LOGISTIC)
"""
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

CUTOFF = "2023-08-01"

# STEP 1 ---------------------------------------------------------------
CUST = pd.read_csv("data/customers.csv", na_values=["?"])
ACCT = pd.read_csv("data/accounts.csv", parse_dates=["OPEN_DT"])
STMT = pd.read_csv("data/statements.csv", thousands=",", parse_dates=["STMT_DT"])

# STEP 2 ---------------------------------------------------------------
# the customer extract carries corrections at the bottom: keep the last
CUST = CUST.drop_duplicates(subset="CUSTNO", keep="last")
CUST["BIRTH_DT"] = pd.to_datetime(CUST["BIRTH_DT"], format="%d%b%Y")
CUST["EMPL"] = CUST["EMPL"].fillna(CUST["EMPL"].mode()[0])
CUST.drop(columns=["NAME"], inplace=True)

ACCT["PRODUCT"] = ACCT["PRODUCT"].str.upper().replace({"OVERDRAFT": "OD"})
ACCT["REGION"] = ACCT["REGION"].str.strip().str.title().fillna("Unknown")

STMT = STMT[STMT["PAID_AMT"].notna()]
BASE = STMT.merge(ACCT, left_on="ACCT", right_on="ACCT_NO", how="inner")
print("statements without an account:", len(STMT) - len(BASE))
BASE = BASE.merge(CUST, left_on="CUST_NO", right_on="CUSTNO", how="left")
print("statements without a customer:", int(BASE["CUSTNO"].isna().sum()))

# STEP 3 ---------------------------------------------------------------
BASE["UTIL"] = BASE["BALANCE"] / BASE["LIMIT"]
BASE["TENURE_M"] = (BASE["STMT_DT"] - BASE["OPEN_DT"]).dt.days / 30.4375
BASE["AGE"] = BASE["STMT_DT"].dt.year - BASE["BIRTH_DT"].dt.year
BASE["INC_BAND"] = pd.qcut(BASE["INCOME"], 4, labels=["Q1", "Q2", "Q3", "Q4"]).astype(object)
BASE.loc[BASE["INCOME"].isna(), "INC_BAND"] = "NK"
BASE["PROD_GRP"] = BASE["PRODUCT"].map({"CARD": "REVOLVING", "OD": "REVOLVING", "LOAN": "TERM"})
BASE["EMPL"] = BASE["EMPL"].fillna("NK")
BASE["BAD"] = (BASE["PAID_AMT"] < BASE["DUE_AMT"]).astype(int)

# STEP 4 ---------------------------------------------------------------
print(pd.crosstab(BASE["PRODUCT"], BASE["BAD"], margins=True))
print(pd.crosstab(BASE["INC_BAND"], BASE["BAD"], normalize="index").round(3))

# STEP 5 ---------------------------------------------------------------
NUMVARS = ["UTIL", "TENURE_M", "AGE", "INCOME"]
CLASSVARS = ["PRODUCT", "PROD_GRP", "REGION", "EMPL", "INC_BAND"]

DEV = BASE[BASE["STMT_DT"] < CUTOFF]
OOT = BASE[BASE["STMT_DT"] >= CUTOFF]

num_steps = Pipeline([
    ("miss", SimpleImputer(strategy="median")),
    ("std", StandardScaler()),
])
prep = ColumnTransformer([
    ("num", num_steps, NUMVARS),
    ("cls", OneHotEncoder(handle_unknown="ignore"), CLASSVARS),
])
MODEL = Pipeline([("prep", prep), ("logit", LogisticRegression(C=1.0, max_iter=500))])
MODEL.fit(DEV[NUMVARS + CLASSVARS], DEV["BAD"])

auc_dev = roc_auc_score(DEV["BAD"], MODEL.predict_proba(DEV[NUMVARS + CLASSVARS])[:, 1])
auc_oot = roc_auc_score(OOT["BAD"], MODEL.predict_proba(OOT[NUMVARS + CLASSVARS])[:, 1])
print(f"N DEV {len(DEV)}  N OOT {len(OOT)}")
print(f"GINI DEV {2 * auc_dev - 1:.3f}  GINI OOT {2 * auc_oot - 1:.3f}")
