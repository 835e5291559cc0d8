"""Does a plan do what its script does? Capture, comparison stage by stage, edited data, lineage, verdict."""
