"""What runs in the restricted child process.

The project's own interpreter may be another one than Lester's, without Lester in it. So these files use the standard
library and each other only, need Python 3.10 or later, take NumPy, pandas and scikit-learn where the interpreter has
them, and are loaded as a package of any name (`sandbox.forkserver` says how).
"""
