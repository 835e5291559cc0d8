"""Run a plan: take snapshots of sources, compile steps to SQL, materialise views with provenance, deal the split."""
