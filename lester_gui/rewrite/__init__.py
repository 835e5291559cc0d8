"""From a messy script to a plan: rules first; what no rule covers stays an opaque step, named and located."""
