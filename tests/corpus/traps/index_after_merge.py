# stops: shape
import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv('people.csv')
df = df[df['income'] > 30]
twice = df['income'] * 2
levels = df.drop_duplicates('name')[['name', 'age']].rename(columns={'age': 'age_of_name'})
df = df.merge(df.groupby('name', as_index=False)['income'].mean().rename(columns={'income': 'mean'}), on='name', how='left')
df['a'] = twice
df['a'] = df['a'].fillna(0)
model = LogisticRegression(max_iter=2000)
model.fit(df[['mean', 'a']], df['member'])
