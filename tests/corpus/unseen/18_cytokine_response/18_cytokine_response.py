"""Baseline serum cytokines vs. response to checkpoint inhibition."""
import pandas as pd
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, StandardScaler
from sklearn.svm import LinearSVC

from panel_io import patient_matrix, read_panel, to_long

SEED = 1806

# ---- expression ------------------------------------------------------------
panel = read_panel("data/luminex.tsv")
long = to_long(panel)
mat = patient_matrix(long)
n_rep = panel.groupby("patient").size().rename("n_rep")

# rank within patient: which cytokine dominates
long["rank"] = long.groupby("sample_id")["log2"].rank(ascending=False)
top = long[long["rank"] == 1].groupby("analyte").size().sort_values(ascending=False)
print("most often on top:", ", ".join(top.index[:3]))

# ---- clinical --------------------------------------------------------------
clin = pd.read_csv("data/clinical.tsv", sep="\t")
clin = clin.set_index("PatientID")
clin["Response"] = clin["Response"].replace({"CR/PR": "R"})

stage_order = ["II", "IIIA", "IIIB", "IV"]
clin["stage_code"] = pd.Categorical(clin["Stage"], categories=stage_order, ordered=True).codes
clin["male"] = (clin["Sex"] == "M").astype(int)

merged = mat.join(n_rep).reset_index().merge(
    clin.reset_index(), left_on="patient", right_on="PatientID", how="outer", indicator=True)
print(merged["_merge"].value_counts().to_string())

cohort = merged[(merged["_merge"] == "both") & merged["Response"].notna()].copy()
# stage unknown comes out as -1
cohort.loc[cohort["stage_code"] == -1, "stage_code"] = cohort.loc[cohort["stage_code"] >= 0, "stage_code"].median()
cohort["th1_th2"] = cohort["IFNG"] - cohort["IL10"]

features = list(mat.columns) + ["th1_th2", "Age", "male", "stage_code", "n_rep"]
X = cohort[features]
le = LabelEncoder()
y = le.fit_transform(cohort["Response"])
print("classes", list(le.classes_), "n =", len(y))

X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.3, random_state=SEED, stratify=y)

model = make_pipeline(
    SimpleImputer(strategy="mean"),
    StandardScaler(),
    SelectKBest(f_classif, k=5),
    LinearSVC(C=0.1, random_state=SEED),
)
cv = cross_val_score(model, X_train, y_train, cv=5, scoring="balanced_accuracy")
print("CV balanced accuracy: %.3f +/- %.3f" % (cv.mean(), cv.std()))

model.fit(X_train, y_train)
kept = X_train.columns[model.named_steps["selectkbest"].get_support()]
print("selected:", list(kept))
print("test balanced accuracy: %.3f" % balanced_accuracy_score(y_test, model.predict(X_test)))
