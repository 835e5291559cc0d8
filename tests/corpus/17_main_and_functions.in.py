import argparse
import csv
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

def load(path):
    out = []
    with open(path, newline='') as f:
        for row in csv.DictReader(f):
            if row['age'] == '':
                continue
            out.append({'age': int(row['age']), 'income': float(row['income']), 'member': row['member'] == 'True'})
    return pd.DataFrame(out)

def prepare(frame, limit=30):
    frame = frame[frame['income'] > limit]
    frame['senior'] = (frame['age'] > 50).astype(int)
    return frame

def main():
    frame = prepare(load('people.csv'), limit=20)
    X, y = frame[['age', 'income', 'senior']], frame['member']
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=11)
    model = LogisticRegression(max_iter=1000)
    model.fit(X_train, y_train)
    print(f'accuracy {model.score(X_test, y_test):.3f}')

if __name__ == '__main__':
    main()
