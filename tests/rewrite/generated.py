"""Scripts put together by chance from what people write with pandas, and untidy tables for them.

In a line of `STATEMENTS` ``<a|b>`` is one of the alternatives, ``#`` a column of numbers, ``@`` a column of texts that may have
gaps, ``$`` one that has none, ``?`` a condition and ``NEW`` a name that the script did not use yet.
"""

import random
import re
from pathlib import Path

NUMBER, WHOLE, TEXT, FULL, NOTHING = "number", "whole", "text", "full", "nothing"

CONDITIONS = (
    "(df['#'] <\\>|<|\\>=|!=|==> <3|5|30|40|1500|2.5>)",
    "(df['@'] <==|!=> '<Oslo|Rome|basic|yes>')",
    "df['#'].<isna|notna|notnull>()",
    "df['@'].isin(['Oslo', 'Rome', 'basic', 'no'])",
    "df['#'].between(<2|20|900>, <6|45|3000><|, inclusive='left'|, inclusive='neither'>)",
    "(df['#'] \\> df['#'])",
    "df['$'].str.<startswith|contains|endswith>('<p|o|s>')",
    "(df['#'] \\> df['#'].<mean|median|max|min>())",
    "~df['@'].isna()",
)
STATEMENTS = (
    ("df['NEW'] = df['#'] <+|-|*> df['#']", NUMBER),
    ("df['NEW'] = df['#'] </|//|%> <2|3|-3|7.5>", NUMBER),
    ("df['NEW'] = df['#'] / (df['#'] + 1000000)", NUMBER),
    ("df['NEW'] = df['#'].<round(-1)|round(1)|abs()|clip(lower=2)|clip(upper=40)|clip(2, 1500)>", NUMBER),
    ("df['NEW'] = df['#'].clip(upper=df['#'].quantile(0.9))", NUMBER),
    ("df['NEW'] = np.<log1p(df['#'].abs())|sqrt(df['#'].abs())|maximum(df['#'], 4)>", NUMBER),
    ("df['NEW'] = df['#'].<rank(pct=True)|rank()|rank(method='min')|shift(1)|diff()|cumsum()|ffill()|bfill()>", NUMBER),
    ("df['NEW'] = df['#'].<rolling(3).mean()|rolling(2, min_periods=1).sum()|expanding().mean()>", NUMBER),
    ("df['NEW'] = df['#'].<where|mask>(df['#'] \\> <4|30><|, 0|, df['#']>)", NUMBER),
    ("df['NEW'] = (df['#'] - df['#'].<mean|min|median>()) / df['#'].std()", NUMBER),
    ("df['NEW'] = df[['score', '<age|income>']].<sum|mean|max|min>(axis=1)", NUMBER),
    ("df['NEW'] = pd.cut(df['#'], bins=[-1, 5, 30, 50, 1e9], labels=<False|[0, 1, 2, 3]><|, right=False>).astype(float)", NUMBER),
    ("df['NEW'] = pd.qcut(df['income'], 4, labels=False, duplicates='drop')", NUMBER),
    ("df['NEW'] = np.where(?, <1|df['#']>, <0|-1.5|df['#'] * 2>)", NUMBER),
    ("df['NEW'] = np.select([?, ?], [1, df['#']], default=<0|df['#']>)", NUMBER),
    ("df['NEW'] = (?).astype(int)", WHOLE),
    ("df['NEW'] = df.apply(lambda row: row['#'] * 2 if row['#'] \\> 5 else <0|row['score']>, axis=1)", NUMBER),
    ("df['NEW'] = [<r['#'] * 2|r['#'] - 1 if r['$'] == 'basic' else 0> for r in df.to_dict('records')]", NUMBER),
    ("df['NEW'] = np.digitize(df['score'], np.percentile(df['score'], [20, 60, 90]))", WHOLE),
    ("df = df.assign(NEW=lambda d: d['#'] - d['#'].<mean()|min()|shift(1)>)", NUMBER),
    ("df['@'] = df['@'].str.<lower()|upper()|strip()|title()|strip().str.lower()>", NOTHING),
    ("df['@'] = df['@'].replace(<{'Rome': 'Roma'}|'basic', 'b'|['yes', 'Oslo'], 'x'>)", NOTHING),
    ("df['NEW'] = df['@'].str<[0]|[-1]|[:2]|[1:3]>", TEXT),
    ("df['NEW'] = df['@'].fillna('none') + '_' + df['$']", FULL),
    ("df['NEW'] = df['@'].str.<len()|count('o')>", NUMBER),
    ("df['NEW'] = df['@'].map(lambda v: <len(str(v))|1 if v == 'Oslo' else 0>)", NUMBER),
    ("df['NEW'] = df['$'].map({'basic': 1, 'plus': 2, 'yes': 5, 'no': 0})", NUMBER),
    ("df['NEW'] = df['@'].map(df['@'].value_counts(<|normalize=True>))", NUMBER),
    ("df['NEW'] = df['@'].astype('category').cat.codes", WHOLE),
    ("df['NEW'] = pd.factorize(df['@'])[0]", WHOLE),
    ("df['NEW'] = df['joined'].str.extract(r'(\\d+)-(\\d+)')[1].astype(float)", NUMBER),
    ("df['NEW'] = pd.to_datetime(df['joined']).dt.<month|year|dayofweek|day|quarter|dayofyear>", NUMBER),
    ("df['NEW'] = (pd.Timestamp('2024-01-01') - pd.to_datetime(df['joined'])).dt.days", NUMBER),
    (
        "df['NEW'] = df['flag'].replace('yes', <1|3>)\n"
        "df['NEW'] = df['NEW'].replace(<'no', 0|{'no': 2}>)\n"
        "df['NEW'] = df['NEW'].astype(<int|float>)",
        WHOLE,
    ),
    ("df['NEW'] = df['plan'].replace({'basic': 1, 'plus': 2, 'pro': 4})", NUMBER),
    ("df['NEW'] = (df['score'] % 2).replace({0: 'even', 1: 'odd'})", FULL),
    ("df['NEW'] = df['#'].<interpolate()|interpolate(limit_direction='both')|rsub(100)|radd(df['#'])|rmul(3)>", NUMBER),
    ("df['NEW'] = df.groupby('$')['#'].transform(lambda s: s.interpolate())", NUMBER),
    (
        "df['NEW'] = df.sort_values(['joined', 'id', 'income', 'score'], ascending=<True|False>).groupby('<plan|flag>')['#']"
        ".<cumsum()|shift(1)|ffill()|rank(method='first')|diff()>",
        NUMBER,
    ),
    ("df['NEW'] = df.sort_values(['#', 'joined', 'id', 'income']).groupby('<plan|id>').cumcount()<| + df['score']>", WHOLE),
    (
        "NEW_of = df[['score', 'income']].dropna().sort_values(['score', 'income']).rename(columns={'income': 'NEW'})\n"
        "df = df.sort_values(['score', 'joined', 'id', 'income'])\n"
        "df = pd.merge_asof(df, NEW_of, on='score'<|, allow_exact_matches=False|, direction='forward'>)",
        NUMBER,
    ),
    (
        "NEW_of = df['$'].value_counts()\n"
        "df['NEW'] = df['$'].<replace(NEW_of[NEW_of < 12].index, 'rare')|apply(lambda v: v if NEW_of[v] \\> 12 else 'rare')>",
        FULL,
    ),
    ("df['NEW'] = df[['@', '#']].fillna(df[['@', '#']].mode().iloc[0])['#']", NUMBER),
    ("df['NEW'] = df['@'].apply(lambda v: len(v.split('o')) if isinstance(v, str) else <0|-1.5>)", NUMBER),
    ("df['NEW'] = df['$'].apply(lambda v: sum(1 for c in v if c in 'aeiou') / len(v))", NUMBER),
    (
        "def NEW_of(v):\n    if <pd.isnull(v)|not pd.notna(v)>:\n        return 'none'\n    v = str(v)\n"
        "    if v.startswith('O') or v.startswith('R'):\n        return 'known'\n    return v<|[:2]|.upper()>\n\n\n"
        "df['NEW'] = df['@'].apply(NEW_of)",
        FULL,
    ),
    (
        "df['income'] = df['income'].fillna(<0|df['score']|df['income'].mean()|df['income'].median()>)",
        NOTHING,
    ),
    ("df['age'] = df['age'].fillna(df['age'].<mean()|median()|mode()[0]>)", NOTHING),
    ("df['city'] = df['city'].fillna(<'none'|df['city'].mode()[0]>)", NOTHING),
    ("df.loc[?, 'age'] = <0|np.nan|df['age'] * 2|df['age'].median()>", NOTHING),
    ("df = df[?]", NOTHING),
    ("df = df.query('# \\> <2|25> <and|or> $ == \"<basic|yes>\"')", NOTHING),
    ("df = df.dropna(subset=<['#']|['@', '#']>)", NOTHING),
    (
        "df = df.drop_duplicates(<|subset=['id']|'id', keep='last'|subset='id', keep=False|subset=['@', 'score']>)",
        NOTHING,
    ),
    ("df = df.sort_values(['#', 'id', 'joined', 'income'], ascending=<True|False|[False, True, True, True]>)", NOTHING),
    ("df = df.sort_values(['income', '@', 'id', 'joined'], na_position='first')", NOTHING),
    ("df = df.sort_values('$', key=lambda s: s.str.upper(), kind='stable')", NOTHING),
    ("df = df.<reset_index(drop=True)|head(30)|tail(25)|iloc[2:]|copy()>", NOTHING),
    ("df = pd.concat([df[df['#'] \\> 5], df[~(df['#'] \\> 5)]]<|, ignore_index=True>)", NOTHING),
    ("df['NEW'] = df.groupby('$')['#'].transform('<mean|sum|count|max|nunique|std|median|first|size|min|last>')", NUMBER),
    ("df['NEW'] = df.groupby('@')['#'].<cumsum()|cumcount()|rank()|shift(1)|diff()|cummax()|rank(pct=True)|ffill()>", NUMBER),
    ("df['NEW'] = df['plan'].map(df.groupby('plan')['#'].<mean|median|max|sum|count>()<|.to_dict()>)", NUMBER),
    ("df['NEW'] = df['id'].map(visits[visits['<minutes|rating>'] \\> 3].groupby('id').size())<|.fillna(0)>", NUMBER),
    ("df = df.merge(cities.rename(columns={'people': 'NEW'})[['city', 'NEW']], on='city', how='<left|inner>')", NUMBER),
    (
        "NEW_of = visits.groupby('id').agg(NEW=('minutes', '<mean|sum|count|max|std|nunique|median|first|last|size>'))\n"
        "df = df.merge(NEW_of.reset_index(), on='id', how='<left|inner>')",
        NUMBER,
    ),
    (
        "NEW_of = visits.pivot_table('minutes', 'id', 'kind', aggfunc='<sum|mean|count|max>'<|, fill_value=0>)\n"
        "NEW_of = NEW_of.reset_index().rename(columns={'web': 'NEW'})\n"
        "df = df.merge(NEW_of[['id', 'NEW']], on='id', how='left')",
        NUMBER,
    ),
)
START = """import numpy as np
import pandas as pd
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
visits = pd.read_csv('visits.csv')
cities = pd.read_csv('cities.csv')
"""
END = """y = df['target']
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = DummyClassifier()
model.fit(X_train, y_train)
"""
ESTIMATOR = "sklearn.dummy.DummyClassifier"
_PART = re.compile(r"<((?:\\>|[^>])*)>|([#@$?]|NEW)")


class Script:
    """A script that grows by statements."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._columns = {NUMBER: ["age", "income"], WHOLE: ["score"], TEXT: ["city"], FULL: ["plan", "flag"]}
        self._made: list[str] = []
        self._lines: list[str] = []

    def grow(self, statement: tuple[str, str] | None = None) -> None:
        """Add a statement, by default any."""
        template, kind = statement or self._rng.choice(STATEMENTS)
        new = f"new_{len(self._lines)}"
        self._lines.append(self._filled(template, new))
        if kind != NOTHING:
            self._columns[kind].append(new)
            if kind in (NUMBER, WHOLE):
                self._made.append(new)

    def text(self) -> str:
        """Return the script, which learns from the columns that it made."""
        features = self._made or [*self._columns[NUMBER], *self._columns[WHOLE]]
        X = f"X = df[{features!r}].fillna(-7)\n"
        if self._rng.random() < 0.3:
            column = self._rng.choice(self._columns[TEXT] + self._columns[FULL])
            option = self._rng.choice(["", ", drop_first=True"])
            X += f"X = pd.concat([X, pd.get_dummies(df['{column}'], prefix='{column}'{option})], axis=1)\n"
        return START + "".join(f"{line}\n" for line in self._lines) + X + END

    def _filled(self, template: str, new: str) -> str:
        def part(found: re.Match[str]) -> str:
            if found[1] is not None:
                return self._filled(self._rng.choice(found[1].split("|")), new)
            return new if found[2] == "NEW" else self._condition(new) if found[2] == "?" else self._column(found[2])

        return _PART.sub(part, template).replace("\\>", ">")

    def _condition(self, new: str) -> str:
        first, second = (self._filled(self._rng.choice(CONDITIONS), new) for _ in range(2))
        return self._rng.choice([first, first, f"{first} & {second}", f"{first} | {second}", f"~({first})"])

    def _column(self, kind: str) -> str:
        columns = self._columns
        return self._rng.choice(
            {"#": columns[NUMBER] + columns[WHOLE], "@": columns[TEXT] + columns[FULL], "$": columns[FULL]}[kind]
        )


def write_data(folder: Path, seed: int) -> None:
    """Write ``people.csv`` (some people twice), ``visits.csv`` (many per person, some of nobody) and ``cities.csv``."""
    rng = random.Random(seed)
    people = [_person(rng) for _ in range(40)]
    people += ["P99,30,1000.00,5,Oslo,basic,2020-02-29,yes,1", "P98,,,0,,plus,2021-12-31,no,0"]
    rng.shuffle(people)
    visits = [
        f"P{rng.randint(0, 36):02d},{rng.choice(['web', 'shop', 'call'])},{rng.randint(0, 60)},"
        + ("" if rng.random() < 0.1 else f"{rng.uniform(0, 9):.1f}")
        for _ in range(90)
    ]
    cities = ["Oslo,NO,700", "Rome,IT,2800", "New York,US,8300", "Paris,FR,2100"]
    for name, header, lines in (
        ("people", "id,age,income,score,city,plan,joined,flag,target", people),
        ("visits", "id,kind,minutes,rating", visits),
        ("cities", "city,country,people", cities),
    ):
        (folder / f"{name}.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def _person(rng: random.Random) -> str:
    age = "" if rng.random() < 0.15 else str(rng.randint(18, 70))
    income = "" if rng.random() < 0.15 else f"{rng.uniform(900, 5000):.2f}"
    city = "" if rng.random() < 0.12 else rng.choice(["Oslo", "Rome", "oslo", " Lima", "New York", "Rome"])
    joined = f"20{rng.randint(18, 23)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    fields = [f"P{rng.randint(0, 32):02d}", age, income, rng.randint(0, 9), city, rng.choice(["basic", "plus", "pro"]), joined]
    return ",".join(str(f) for f in [*fields, rng.choice(["yes", "no"]), rng.randint(0, 1)])
