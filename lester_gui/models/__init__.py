"""Models: trained to their optimum where the class needs it, updated exactly after an erasure, stored without pickle."""
