import pandas as pd

URGENT = ["P1", "P2"]
CHANNELS = {"web": "web", "email": "mail", "phone": "phone"}


def load_tickets(path: str) -> pd.DataFrame:
    t = pd.read_csv(path, parse_dates=["opened_at"])
    t = t.drop_duplicates(subset="ticket_id")
    t["email"] = t["email"].str.strip().str.lower()
    t["priority"] = t["priority"].str.upper()
    t = t[t["priority"].notna()]
    t["channel"] = t["channel"].map(CHANNELS).fillna("unknown")
    t["text"] = t["subject"].fillna("") + " " + t["body"].fillna("")
    t["urgent"] = t["priority"].isin(URGENT).astype(int)
    return t.reset_index(drop=True)


def load_customers(path: str) -> pd.DataFrame:
    c = pd.read_json(path, lines=True, convert_dates=["since"])
    # an upgrade is appended as a new record, so the last one counts
    return c.drop_duplicates(subset="email", keep="last")


def join(tickets: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    df = tickets.merge(customers, on="email", how="left", indicator=True)
    df["known_customer"] = (df["_merge"] == "both").astype(int)
    df["tenure_days"] = (df["opened_at"] - df["since"]).dt.days
    df["tier"] = df["tier"].fillna("none")
    df = df.sort_values(["email", "opened_at", "ticket_id"])
    df["nth_ticket"] = df.groupby("email").cumcount() + 1
    prev = df.groupby("email")["opened_at"].shift(1)
    df["days_since_prev"] = (df["opened_at"] - prev).dt.total_seconds() / 86400
    return df.drop(columns="_merge")
