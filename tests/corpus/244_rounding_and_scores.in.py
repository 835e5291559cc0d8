import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from scipy import stats
from scipy.stats import zscore
df = pd.read_csv('people.csv')
df['tens'] = np.floor(df['income'] / 10)
df['up'] = np.ceil(df['income']).astype(int)
df['cut'] = np.trunc(df['income'] - 50)
df['near'] = np.rint(df['income'])
df['one'] = np.round(df['income'], 1)
df['z'] = zscore(df['income'])
print(stats.skew(df['income']), stats.ttest_ind(df['income'], df['up']))
df = df[(np.abs(stats.zscore(df[['income', 'up']])) < 1.6).all(axis=1)]
X = df[['tens', 'up', 'cut', 'near', 'one', 'z']]
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
