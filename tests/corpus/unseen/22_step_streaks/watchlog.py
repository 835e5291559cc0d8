# reads the export of the watch app (v2: semicolons, two header lines)


def clean_int(text):
    text = text.strip().replace(",", "")
    try:
        return int(text)
    except ValueError:
        return None


def read_log(path):
    rows = []
    with open(path) as fh:
        fh.readline()   # "watch export v2"
        fh.readline()   # column names
        for line in fh:
            day, user, steps, sleep, hr = line.rstrip("\n").split(";")
            steps = clean_int(steps)
            if steps is None:
                continue
            rows.append({"day": day, "user": user.lower(), "steps": steps,
                         "sleep": float(sleep) if sleep else None, "hr": clean_int(hr)})
    return rows
