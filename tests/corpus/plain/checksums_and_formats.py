import zlib
X, y = [], []
for n, line in enumerate(open('members.csv')):
    if n == 0:
        continue
    r = line.rstrip('\n').split(',')
    X.append([zlib.crc32(r[0].encode('utf-8')) % 10, f'{float(r[3]):.1f}'.count('.'), len(' '.join(sorted(r[2].split())))])
    y.append(int(r[4].title() == 'Yes'))
