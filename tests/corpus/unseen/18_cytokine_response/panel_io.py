"""Reading and normalising the Luminex plates."""
import numpy as np
import pandas as pd


def read_panel(path):
    wide = pd.read_csv(path, sep="\t", na_values=["<OOR"])
    wide = wide.drop_duplicates(subset="sample_id", keep="first")
    wide["patient"] = wide["patient"].str.upper()
    wide["batch"] = wide["batch"].str.lower().astype("category").cat.codes
    return wide


def to_long(wide):
    long = wide.melt(id_vars=["sample_id", "patient", "batch"], var_name="analyte", value_name="pg_ml")
    long = long.dropna(subset=["pg_ml"])
    long["log2"] = np.log2(long["pg_ml"] + 1)
    # remove the plate effect: centre every analyte within its batch
    centre = long.groupby(["batch", "analyte"])["log2"].transform("median")
    long["log2"] = long["log2"] - centre
    return long


def patient_matrix(long):
    # technical / biological replicates -> median per patient
    return long.pivot_table(index="patient", columns="analyte", values="log2", aggfunc="median")
