# stops: no-rule
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
from sklearn.feature_extraction.text import CountVectorizer
words = CountVectorizer()
made = pd.DataFrame(words.fit_transform(df['city'].fillna('none')).toarray(), columns=words.get_feature_names_out())
X = pd.concat([df[['income']], made], axis=1).filter(regex='^(city|income)')
y = df['member']
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
