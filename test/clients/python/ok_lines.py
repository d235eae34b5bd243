"""A plugin of pytest that says of each test whether what its docstring says holds."""

import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    what = item.obj.__doc__
    if callspec := getattr(item, "callspec", None):
        what = f"{what} ({callspec.id})"
    writer = item.config.get_terminal_writer()
    if report.failed:
        why = " ".join(str(report.longreprtext).splitlines()[-1:])
        writer.line(f"\nnot ok {what}: {why}")
    elif report.when == "call" and report.passed:
        writer.line(f"\nok {what}")
