"""Loading of the cohort tables."""
import pandas as pd


def load_clinical(path):
    clin = pd.read_csv(path, sep="\t", na_values=["NA", "Unknown"])
    clin["sex"] = clin["sex"].str[0].str.upper()
    clin["stage"] = clin["stage"].str.upper()
    return clin


def load_expression(path):
    """genes x samples matrix -> one row per patient (mean over the patient's samples)."""
    mat = pd.read_csv(path, sep="\t")
    long = mat.melt(id_vars="gene", var_name="sample", value_name="tpm")
    long["patient_no"] = long["sample"].str.split("_").str[0]
    wide = long.pivot_table(index="patient_no", columns="gene", values="tpm", aggfunc="mean")
    wide.columns = ["expr_" + g for g in wide.columns]
    return wide.reset_index()


def load_mutations(path, genes):
    """0/1 table of protein-changing mutations."""
    mut = pd.read_csv(path, sep="\t")
    mut = mut.rename(columns={"sample": "patient_no", "hugo": "gene"})
    mut["patient_no"] = mut["patient_no"].str.upper()
    mut = mut.query("effect != 'synonymous'")
    mut = mut[mut["gene"].isin(genes)]
    tab = pd.crosstab(mut["patient_no"], mut["gene"]).clip(upper=1)
    return tab.add_prefix("mut_").reset_index()
