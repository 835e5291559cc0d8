import argparse, sys
from pathlib import Path
def read(path, skip=0):
    with open(path) as fh:
        for row in csv.DictReader(fh):
            if not row['active']:
                continue
            yield row['id'], float(row['fee']), row['active'] == 'yes'
            
def big(pairs, limit):
    for k, fee, ok in pairs:
        if fee > limit:
            yield {'k': k, 'fee': fee, 'ok': ok}
def main(argv=None):
    ap = argparse.ArgumentParser()
    ap.add_argument('--members', default='members.csv')
    ap.add_argument('--limit', type=float, default='7.5', help='x')
    ap.add_argument('-v', '--verbose-more', action='store_true')
    args = ap.parse_args(argv)
    base = Path(sys.argv[1]) if len(sys.argv) > 1 else Path('.')
    try:
        extra = int(sys.argv[2])
    except IndexError:
        extra = 3
    rows = list(big(read(base / args.members), args.limit))
    X = [[r['fee'] + extra, len(r['k'])] for r in rows]
    y = [int(r['ok']) for r in rows]
    if args.verbose_more:
        X = []
    return X, y
X, y = main()
