# titanic style
import pandas as pd, numpy as np
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler, LabelEncoder
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix

data = pd.read_csv("people.csv")
print(data.shape); print(data.isnull().sum()); data.info()
data['age'].fillna(data['age'].median(), inplace=True)
data['age'] = data['age'].fillna(data['age'].median())
data['city'] = data['city'].fillna(data['city'].mode()[0])
data['income_log'] = np.log(data['income'] + 1)
data['age_band'] = pd.cut(data['age'], bins=[0, 30, 50, 100], labels=[0, 1, 2])
data = pd.get_dummies(data, columns=['city'], drop_first=True)
y = data['member'].astype(int)
X = data.drop(['id', 'name', 'signup', 'member', 'age_band'], axis=1)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
lr = LogisticRegression(max_iter=5000)
lr.fit(X_train, y_train)
print(accuracy_score(y_test, lr.predict(X_test)))
