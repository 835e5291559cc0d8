import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
records = []
for _, row in pd.read_csv('people.csv').iterrows():
    if pd.isna(row['age']):
        continue
    rec = {}
    rec['age'] = row['age']
    rec['rich'] = 1 if row['income'] > 50 else 0
    rec['city_len'] = len(row['city']) if isinstance(row['city'], str) else 0
    rec['member'] = row['member']
    records.append(rec)
df = pd.DataFrame(records)
X_train, X_test, y_train, y_test = train_test_split(df[['age','rich','city_len']], df['member'], test_size=0.2, random_state=7)
model = LogisticRegression(max_iter=1000)
model.fit(X_train, y_train)
