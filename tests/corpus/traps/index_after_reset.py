# stops: shape
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
X_train, X_test, y_train, y_test = train_test_split(df[['income', 'id']], df['member'], random_state=0)
X_train = X_train.reset_index(drop=True)
X_train['rank'] = y_train.astype(int)
X_train['rank'] = X_train['rank'].fillna(0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
