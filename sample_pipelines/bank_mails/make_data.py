"""Invent the bank's customers and their mails: python make_data.py writes data/customers.csv and data/mails.csv.

Nobody in these files exists; all addresses end in domains reserved for examples. The same seed gives the same bytes.
No pipeline: nothing is trained here.
"""
import random
from datetime import date, timedelta

SEED = 20230401
CUSTOMERS = 1200
MAILS = 12000

FIRST = '''Ada Alba Amara Anton Bela Bruno Carla Chidi Clara Dario Dilan Edith Elif Emil Enzo Esra Finn Flora Gaspar Greta
Hanna Hugo Ida Ines Ivo Jana Jonas Jürgen Kofi Lara Leo Lina Luca Maeve Malik Marta Milo Mira Nadia Nils Nora Olga
Oskar Paula Pia Quentin Rafael Rosa Ruben Selma Senta Silas Tara Theo Tilda Uma Viktor Wanda Yara Zoé'''.split()
LAST = '''Abel Adler Albrecht Amsel Bachmann Barlow Becker Bellamy Berger Blum Brandt Calloway Carver Castel Daubner Deneuve
Ebert Eden Falk Farrow Fontaine Garnier Gerber Gruber Haas Hartley Hollis Ibsen Jansen Kaiser Keller Kessel Lambert
Lindqvist Lorenz Marchand Mercer Moreau Nachtigall Nowak Okafor Orlov Palmer Quist Radley Renard Sander Seidel Tanner
Thorne Ullmann Valois Vogel Wagner Whitlock Winter Yilmaz Zeller'''.split()
DOMAINS = ['post.example', 'mail.example', 'briefe.example', 'courrier.example', 'example.org', 'example.net']
COUNTRIES = ['DE'] * 30 + ['FR'] * 22 + ['UK'] * 18 + ['NL'] * 12 + ['ES'] * 10 + ['NA'] * 4 + ['US'] * 4

BAD = ['I am angry and disappointed.', 'This is unacceptable.', 'Your service was slow and the clerk refused to help.',
       'My last three letters were unanswered.', 'The transfer failed and my money is lost.', 'I have a complaint.',
       'Somebody made a mistake and the amount is wrong.', 'I find the new fee unfair.', 'The hotline is terrible.']
GOOD = ['I am happy with your help.', 'Thank you for the quick answer.', 'Everything was smooth and friendly.',
        'The new app is great.', 'I am grateful for the good advice.', 'The clerk was very helpful.',
        'I am pleased and satisfied.', 'What a fast transfer!', 'An excellent idea.']
PLAIN = ['Could you please tell me more?', 'I will be abroad until Monday.', 'My new address stands below.',
         'Please call me in the afternoon.', 'The letter arrived yesterday.', 'I wrote about this in spring.',
         'It says "see page two" but there is only one page.', 'Kind regards.', 'I look forward to your answer.']
TOPICS = ['my account', 'my savings account', 'my card', 'my credit card', 'the mortgage', 'my travel insurance']
PREMIUM = ['My adviser knows the details.', 'It concerns the portfolio that my adviser set up.',
           'As agreed with my adviser this is for the portfolio.']
TITLES = ['Question', 'Urgent question', 'Complaint', 'Second complaint', 'Thanks!', 'Change of address', 'Card', 'Fees',
          'Transfer', 'Your letter', 'Re: your letter', 'Appointment', 'Statement of account', 'Please help']
PLAIN_LETTERS = str.maketrans('üéö', 'ueo')


def make_customers(rng):
    people = []
    taken = set()
    while len(people) < CUSTOMERS - 40:
        name = rng.choice(FIRST) + ' ' + rng.choice(LAST)
        address = name.lower().translate(PLAIN_LETTERS).replace(' ', '.')
        if address in taken:
            address += str(rng.randint(2, 99))
        if address in taken:
            continue
        taken.add(address)
        level = 'premium' if rng.random() < 0.3 else 'standard'
        people.append([address + '@' + rng.choice(DOMAINS), name, rng.choice(COUNTRIES), level])

    # some register twice, usually after a move or an upgrade; a few gave no address of their own
    again = []
    for email, name, country, level in rng.sample(people[4:], 32):
        again.append([email, name, rng.choice(COUNTRIES), rng.choice(['premium', 'standard'])])
    rows = people + again
    for email in ['unknown@bank.example'] * 5 + [''] * 3:
        name = rng.choice(FIRST) + ' ' + rng.choice(LAST)
        rows.append([email, name, rng.choice(COUNTRIES), 'standard'])

    first, rest = rows[:4], rows[4:]
    rng.shuffle(rest)
    rows = first + rest
    rows[0][2:] = ['DE', 'premium']    # writes many mails
    rows[1][2:] = ['FR', 'standard']   # never writes: a single row
    rows[2][2:] = ['NL', 'premium']    # writes, but complaints are only looked for in three other countries
    rows[3][2:] = ['UK', 'premium']    # writes the last mail of the file
    return [(f'{number:06d}', *row) for number, row in enumerate(rows, start=1)]


def make_text(rng, level, mood):
    topic = rng.choice(TOPICS)
    sentences = [f'I am writing about {topic}.'] + rng.sample(PLAIN, rng.randint(1, 2))
    sentences += rng.sample({'bad': BAD, 'good': GOOD, 'plain': PLAIN}[mood], rng.randint(1, 2))
    if level == 'premium' and rng.random() < 0.7:
        sentences.append(rng.choice(PREMIUM))
    ending = '  ' if rng.random() < 0.01 else ''   # some mail programs leave blanks behind
    return ' '.join(sentences) + ending


def make_mails(rng, customers):
    writers = [customer for customer in customers[4:] if customer[1] and rng.random() < 0.85]
    weights = [rng.paretovariate(1.3) for _ in writers]
    rows = []
    for customer in rng.choices(writers, weights, k=MAILS - 600):
        rows.append((customer[1], customer[4]))
    rows += [(customers[0][1], 'premium')] * 120
    rows += [(customers[2][1], 'premium')] * 7
    rows += [(customers[3][1], 'premium')] * 2
    while len(rows) < MAILS - 2:   # people who are not customers
        rows.append((f'visitor{rng.randint(1, 300)}@example.com', 'standard'))
    rng.shuffle(rows)

    mails = []
    for email, level in rows:
        day = date(2021, 1, 1) + timedelta(days=rng.randrange(4 * 365))
        mood = rng.choices(['bad', 'good', 'plain'], [45, 35, 20])[0]
        title = rng.choice(TITLES) if rng.random() < 0.95 else f'Re: Newsletter {rng.randint(1, 40)}'
        mails.append((email, day.isoformat(), title, make_text(rng, level, mood)))

    # the file ends with a mail of a standard customer and then one of a premium customer
    addresses = [customer[1] for customer in customers]
    standard = next(c for c in customers[4:] if c[3:] == ('FR', 'standard') and addresses.count(c[1]) == 1)
    mails.append((standard[1], '2024-12-29', 'Thanks!', 'I am writing about my account. What a fast transfer!'))
    mails.append((customers[3][1], '2024-12-30', 'Complaint', 'I am writing about my card. I have a complaint.'))
    return [(f'm{number:05d}', *mail) for number, mail in enumerate(mails, start=1)]


def write(path, rows):
    with open(path, 'w', encoding='utf-8', newline='\n') as f:
        for row in rows:
            f.write(','.join(row) + '\n')


if __name__ == '__main__':
    rng = random.Random(SEED)
    customers = make_customers(rng)
    write('data/customers.csv', customers)
    write('data/mails.csv', make_mails(rng, customers))
