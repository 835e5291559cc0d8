"""Put `resources/` and `sample_pipelines/` into the wheel; everything else stands in pyproject.toml.

Both folders live at the top of the repository, where people look for them. A wheel may only fill its own package, so
they become `lester_gui/_bundled/`; `lester_gui.resources` knows both places.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

BUNDLED = ("resources", "sample_pipelines")


class BuildWithData(build_py):
    def run(self):
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib, "lester_gui", "_bundled")
        shutil.rmtree(target, ignore_errors=True)
        for folder in BUNDLED:
            ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".lester", "out", ".ipynb_checkpoints")
            shutil.copytree(folder, target / folder, ignore=ignored)


setup(cmdclass={"build_py": BuildWithData})
