###############################################################################
# PGM      : 12_dormant_savings.py
# PURPOSE  : Early warning - savings account without movement next month
# REPLACES : SAV_DORM_03.sas (DATA steps kept in the same order as the old job)
# INPUT    : statements, accounts, customers (monthly extract, DWH)
# CHANGES  : 11JUL2023 ported / 02AUG2023 tenure bands / 14AUG2023 CR_AMT fix
###############################################################################
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score

CUTOFF = pd.Timestamp("2023-05-01")     # %let cutoff = '01MAY2023'd;

# ---- STEP 1: DATA WORK.STMT ------------------------------------------------
STMT = pd.read_csv("data/statements.csv", na_values=["NA", "."])
STMT["STMT_DT"] = pd.to_datetime(STMT["STMT_DT"])
STMT["MTH"] = STMT["STMT_DT"].dt.month
# PROC SORT NODUPKEY; BY ACCT_NO MTH;
STMT.sort_values(["ACCT_NO", "STMT_DT"], inplace=True)
STMT.drop_duplicates(subset=["ACCT_NO", "MTH"], keep="first", inplace=True)
STMT["CR_AMT"] = STMT["CR_AMT"].fillna(0)
STMT["BAL"] = STMT.groupby("ACCT_NO")["BAL"].ffill()

# ---- STEP 2: DATA WORK.ACCT ------------------------------------------------
ACCT = pd.read_csv("data/accounts.csv")
ACCT["PRODUCT"] = ACCT["PRODUCT"].str.strip().str.upper()
ACCT["OPEN_DT"] = pd.to_datetime(ACCT["OPEN_DT"])
ACCT["RATE"] = ACCT["RATE"].fillna(ACCT.groupby("PRODUCT")["RATE"].transform("median"))

# ---- STEP 3: DATA WORK.CUST (last record per customer wins, as in the DWH) --
CUST = pd.read_csv("data/customers.csv", na_values=".")
CUST.drop_duplicates("CUSTOMER", keep="last", inplace=True)
CUST["EMP_STAT"] = CUST["EMP_STAT"].str.strip().str.upper().replace({"SE": "FT"}).fillna("XX")
CUST["DOB"] = pd.to_datetime(CUST["DOB"], format="%d/%m/%Y")
CUST.rename(columns={"INCOME": "INC"}, inplace=True)

# ---- STEP 4: MERGE (IF A AND B for accounts, IF A for customers) -----------
BASE = pd.merge(STMT, ACCT, on="ACCT_NO", how="inner")
BASE = pd.merge(BASE, CUST, left_on="CUST_ID", right_on="CUSTOMER", how="left")
print("NOTE: WORK.BASE has %d observations and %d variables." % BASE.shape)
print("NOTE: %d observations without customer record." % BASE["CUSTOMER"].isna().sum())

# ---- STEP 5: RETAIN / LAG ----------------------------------------------------
PREV = STMT[["ACCT_NO", "MTH", "TXN_CNT", "CR_AMT"]].copy()
PREV["MTH"] = PREV["MTH"] + 1
BASE = pd.merge(BASE, PREV, on=["ACCT_NO", "MTH"], how="left", suffixes=("", "_LAG1"))
BASE = BASE.fillna({"TXN_CNT_LAG1": 0, "CR_AMT_LAG1": 0}).sort_values(["ACCT_NO", "MTH"])
G = BASE.groupby("ACCT_NO")
BASE["CR_YTD"] = G["CR_AMT"].cumsum()
BASE["QUIET"] = (BASE["TXN_CNT"] == 0).astype(int)
BASE["QUIET_CNT"] = BASE.groupby("ACCT_NO")["QUIET"].cumsum()
BASE["NEXT_TXN"] = G["TXN_CNT"].shift(-1)
BASE = BASE[BASE["NEXT_TXN"].notna()]          # last month has no outcome yet
BASE["DORM_FLG"] = np.where(BASE["NEXT_TXN"] == 0, 1, 0)

# ---- STEP 6: PROC FORMAT ----------------------------------------------------
AGE = (BASE["STMT_DT"] - BASE["DOB"]).dt.days / 365.25
BASE["AGE_GRP"] = pd.cut(AGE, bins=[0, 30, 45, 60, 120], labels=["U30", "30_44", "45_59", "60P"])
BASE["AGE_GRP"] = BASE["AGE_GRP"].cat.add_categories("UNK").fillna("UNK")
MONTHS_OPEN = (BASE["STMT_DT"] - BASE["OPEN_DT"]).dt.days / 30.4
BASE["TENURE"] = np.select([MONTHS_OPEN < 24, MONTHS_OPEN < 72], ["NEW", "MID"], default="OLD")
BASE["BAL_BAND"] = np.select(
    [BASE["BAL"].isna(), BASE["BAL"] < 500, BASE["BAL"] < 2500],
    [0, 1, 2], default=3)
BASE["INC_MISS"] = BASE["INC"].isna().astype(int)
BASE["INC"] = BASE["INC"].fillna(BASE["INC"].median()) / 1000
BASE.loc[BASE["EMP_STAT"].isna(), "EMP_STAT"] = "XX"

NUM = ["TXN_CNT", "TXN_CNT_LAG1", "QUIET_CNT", "BAL_BAND", "RATE", "INC", "INC_MISS"]
X = pd.concat([BASE[NUM], np.log1p(BASE[["CR_AMT", "CR_AMT_LAG1", "CR_YTD"]]),
               pd.get_dummies(BASE[["PRODUCT", "EMP_STAT", "AGE_GRP", "TENURE"]], dtype=int)], axis=1)
y = BASE["DORM_FLG"]

# ---- STEP 7: PROC LOGISTIC, out-of-time validation ---------------------------
DEV = BASE["STMT_DT"] < CUTOFF
X_DEV, X_OOT = X[DEV], X[~DEV]
y_DEV, y_OOT = y[DEV], y[~DEV]
MODEL = LogisticRegression(C=0.5, max_iter=2000)
MODEL.fit(X_DEV, y_DEV)
P = MODEL.predict_proba(X_OOT)[:, 1]

print(pd.crosstab(BASE.loc[~DEV, "PRODUCT"], BASE.loc[~DEV, "DORM_FLG"], margins=True))
print("OOT N        : %d" % len(y_OOT))
print("OOT ACCURACY : %.4f" % accuracy_score(y_OOT, P > 0.5))
print("OOT AUC      : %.4f   GINI: %.4f" % (roc_auc_score(y_OOT, P), 2 * roc_auc_score(y_OOT, P) - 1))
