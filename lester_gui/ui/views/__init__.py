"""Views: how tables, code, graphs and plots are drawn and moved through."""
