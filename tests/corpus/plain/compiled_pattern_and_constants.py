import re
DAY = re.compile(r'(\d+)-(\d+)-(\d+)')
WEIGHT = {'a': 1}
def vowels(t):
    return len([c for c in t if c in 'aeiou'])
X, y = [], []
for line in open('members.csv').readlines()[1:]:
    i, age, town, fee, active, joined = line.strip().split(',')
    if not DAY.match(joined):
        continue
    X.append([vowels(town) * 2, int('%s' % fee.split('.')[0]), len(age[::-1])])
    y.append(active.upper().startswith('Y'))
