"""What one person changes: encoder state, coefficients, predictions of others and their own, metrics. By exact refit."""
