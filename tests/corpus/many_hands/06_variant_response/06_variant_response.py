#!/usr/bin/env python3
# Panel variants -> response to treatment (R / NR)
# variants.tsv : ## meta lines, '#patient' header, then patient gene effect vaf depth
# clinical.tsv : one line per patient (a few patients were entered twice)
import csv
from collections import Counter, defaultdict

import numpy as np
from sklearn.naive_bayes import MultinomialNB
from sklearn.neighbors import KNeighborsClassifier

MIN_VAF = 0.05
MIN_DEPTH = 20
N_GENES = 8
SMOKING = {"never": 0.0, "former": 1.0, "current": 2.0}


def load_variants(path):
    """gene counts, number of damaging variants and best VAF per patient"""
    counts = defaultdict(Counter)
    damaging = Counter()
    best_vaf = {}
    seen = set()
    with open(path, newline="") as fh:
        for rec in csv.reader(fh, delimiter="\t"):
            if rec[0].startswith("#"):
                continue
            patient, gene, effect, vaf, depth = rec
            if tuple(rec) in seen:
                continue
            seen.add(tuple(rec))
            patient, gene = patient.upper(), gene.upper()
            if vaf == "." or float(vaf) < MIN_VAF or int(depth) < MIN_DEPTH:
                continue
            if effect == "synonymous":
                continue
            counts[patient][gene] += 1
            if effect in ("nonsense", "frameshift", "splice"):
                damaging[patient] += 1
            if float(vaf) > best_vaf.get(patient, 0.0):
                best_vaf[patient] = float(vaf)
    return counts, damaging, best_vaf


def load_clinical(path):
    patients = {}
    with open(path, newline="") as fh:
        reader = csv.reader(fh, delimiter="\t")
        col = {name: i for i, name in enumerate(next(reader))}
        for rec in reader:
            if rec[col["response"]] not in ("R", "NR"):
                continue
            age, pack = rec[col["age"]], rec[col["pack_years"]]
            patients[rec[col["patient_number"]]] = (
                float(age) if age != "NA" else np.nan,
                1.0 if rec[col["sex"]].upper() == "F" else 0.0,
                SMOKING.get(rec[col["smoking"]].lower(), np.nan),
                float(pack) if pack else np.nan,
                rec[col["response"]],
            )
    return patients


def main():
    counts, damaging, best_vaf = load_variants("data/variants.tsv")
    patients = load_clinical("data/clinical.tsv")
    ids = sorted(patients)

    # most frequently mutated genes over the patients with an outcome
    total = Counter()
    for p in ids:
        for gene in counts.get(p, {}):
            total[gene] += 1
    all_genes = sorted(total)
    freq = np.array([total[g] for g in all_genes])
    genes = [all_genes[i] for i in np.argsort(-freq, kind="stable")[:N_GENES]]
    gene_idx = {g: i for i, g in enumerate(genes)}
    print("genes:", " ".join("%s(%d)" % (g, total[g]) for g in genes))

    M = np.zeros((len(ids), N_GENES + 2))
    C = np.zeros((len(ids), 5))
    y = np.zeros(len(ids), dtype=int)
    for row, p in enumerate(ids):
        for gene, n in counts.get(p, {}).items():
            if gene in gene_idx:
                M[row, gene_idx[gene]] = n
            else:
                M[row, N_GENES] += n
        M[row, N_GENES + 1] = damaging[p]
        age, female, smoking, pack, response = patients[p]
        C[row] = age, female, smoking, pack, best_vaf.get(p, 0.0)
        y[row] = response == "R"

    # every fourth patient is test
    is_test = np.arange(len(ids)) % 4 == 3
    for j in range(C.shape[1]):
        C[np.isnan(C[:, j]), j] = np.nanmedian(C[~is_test, j])
    C = (C - C[~is_test].mean(axis=0)) / C[~is_test].std(axis=0)

    nb = MultinomialNB().fit(M[~is_test], y[~is_test])
    print("MultinomialNB genes only    acc = %.3f" % nb.score(M[is_test], y[is_test]))
    full = np.hstack([C, np.minimum(M, 2)])
    for k in (3, 7, 15):
        knn = KNeighborsClassifier(n_neighbors=k).fit(full[~is_test], y[~is_test])
        print("kNN k=%-2d genes + clinical    acc = %.3f" % (k, knn.score(full[is_test], y[is_test])))


if __name__ == "__main__":
    main()
