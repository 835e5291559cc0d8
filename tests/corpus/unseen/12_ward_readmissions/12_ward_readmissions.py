# 30 day readmissions, general medicine
# request from the ward managers, second version (now with postcode areas)

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, PolynomialFeatures, StandardScaler

adm = pd.read_csv('data/admissions.csv', parse_dates=['admitted', 'discharged'])
pat = pd.read_csv('data/patients.csv')

# --- patients: one line each, last one in the file is the newest address
pat.rename(columns={'MRN': 'mrn', 'Sex': 'sex', 'BirthYear': 'birth_year', 'Postcode': 'postcode'}, inplace=True)
pat.drop_duplicates(subset=['mrn'], keep='last', inplace=True)
pat['sex'] = pat['sex'].str.upper()
pat['sex'] = pat['sex'].fillna(pat['sex'].mode()[0])
pat['area'] = pat['postcode'].str.upper().str[:2]

# --- admissions
adm.drop_duplicates(inplace=True)
adm['ward'] = adm['ward'].str.strip().str.title()
adm['destination'] = adm['destination'].fillna('unknown')
adm.dropna(subset=['discharged'], inplace=True)

# outer, to see who is missing where
df = adm.merge(pat, on='mrn', how='outer', indicator=True)
print(df['_merge'].value_counts().sort_index())
df = df[df['_merge'] != 'right_only'].drop(columns='_merge')      # never admitted

df.sort_values(['mrn', 'admitted'], inplace=True)
df['los'] = (df['discharged'] - df['admitted']).dt.days
df['next_admitted'] = df.groupby('mrn')['admitted'].shift(-1)
df['prev_discharged'] = df.groupby('mrn')['discharged'].shift(1)
df['days_to_next'] = (df['next_admitted'] - df['discharged']).dt.days
df['readmitted'] = (df['days_to_next'] <= 30).astype(int)
df['days_since_last'] = (df['admitted'] - df['prev_discharged']).dt.days.fillna(365)

# history
df['n_previous'] = df.groupby('mrn').cumcount()
df['los_rank'] = df.groupby('ward')['los'].rank(pct=True)
df['los_vs_ward'] = df['los'] - df.groupby('ward')['los'].transform('mean')

# age, haemoglobin
df['age'] = df['admitted'].dt.year - df['birth_year']
df.fillna({'age': df['age'].median(), 'sex': 'F', 'area': 'XX'}, inplace=True)
df['hb'] = df['hb'].fillna(df.groupby('sex')['hb'].transform('median'))
df['season'] = df['admitted'].dt.quarter

# diagnoses
dx = df['diagnoses'].str.split(';')
df['n_dx'] = dx.apply(len)
for code in ['I50', 'J44', 'E11', 'N18']:
    df['dx_' + code] = df['diagnoses'].str.contains(code).astype(int)
df['frail'] = df.apply(lambda r: 1 if r['age'] > 75 and r['n_dx'] >= 3 else 0, axis=1)

# leave out transfers and the long stayers
df = df.query("destination != 'transfer' and los < 60")

wards = pd.get_dummies(df[['ward', 'area', 'destination']], drop_first=True, dtype=float)
df = pd.concat([df, wards], axis=1)

num = ['age', 'hb', 'los', 'n_previous', 'n_dx']
binned = ['days_since_last', 'los_rank']
other = ['los_vs_ward', 'season', 'frail', 'dx_I50', 'dx_J44', 'dx_E11', 'dx_N18'] + list(wards.columns)

# patients whose number ends on 0, 1 or 2 are the test group
test_rows = df['mrn'] % 10 < 3
train = df.loc[~test_rows]
test = df.loc[test_rows]
print(len(train), 'train,', len(test), 'test, rate', round(train['readmitted'].mean(), 3))

prep = make_column_transformer(
    (make_pipeline(StandardScaler(), PolynomialFeatures(degree=2, interaction_only=True, include_bias=False)), num),
    (KBinsDiscretizer(n_bins=4, encode='onehot-dense', strategy='uniform'), binned),
    ('passthrough', other),
)
for name, est in [('logistic', LogisticRegression(C=0.1, max_iter=3000)), ('naive bayes', GaussianNB(var_smoothing=1e-3))]:
    m = make_pipeline(prep, est)
    cv = cross_val_score(m, train[num + binned + other], train['readmitted'], cv=3, scoring='roc_auc')
    m.fit(train[num + binned + other], train['readmitted'])
    p = m.predict_proba(test[num + binned + other])[:, 1]
    print(f"{name}: cv auc {cv.mean():.3f}, test auc {roc_auc_score(test['readmitted'], p):.3f}")
