import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
README = Path(__file__).parents[1] / "README.md"


def test_program_of_the_readme_passes(pytester: pytest.Pytester) -> None:
    (program,) = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    pytester.makepyfile(program)
    pytester.runpytest_subprocess().assert_outcomes(passed=2)
