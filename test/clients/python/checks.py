"""What all programs share: who they are told to be, and a line for each thing that holds."""

import asyncio
import inspect
import os
import sys
import time
import traceback
from contextlib import contextmanager
from types import SimpleNamespace

NAMESPACE = os.environ["NAMESPACE"]
#: Whether the program is a user of one namespace, who may not look beyond it.
IS_NAMESPACED = os.environ["SCOPE"] == "namespace"
#: How long anything may take, in seconds.
PATIENCE = 30

_checks = []


def holds(what):
    """Registers a function as one of the things that hold."""

    def register(test):
        _checks.append((what, test))
        return test

    return register


def equal(found, expected):
    assert found == expected, f"{found!r} instead of {expected!r}"


@contextmanager
def raises(kind, *words, **attributes):
    """An error of that kind, whose attributes and text have these: it is the `error` of what this gives."""
    caught = SimpleNamespace(error=None)
    try:
        yield caught
    except kind as error:
        caught.error = error
        for name, expected in attributes.items():
            equal(getattr(error, name), expected)
        for word in words:
            assert word in str(error), f"no {word!r} in {error}"
        return
    raise AssertionError(f"{kind.__name__} was not raised")


def until(condition):
    """Asks again until something is so. @return: what it is"""
    give_up = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.05)
    return found


def say(what, error=None):
    if error is None:
        print(f"ok {what}", flush=True)
        return
    traceback.print_exception(error)
    why = " ".join(f"{type(error).__name__}: {error}".split())
    print(f"not ok {what}: {why[:500]}", flush=True)


async def _run_all():
    is_good = True
    for what, test in _checks:
        try:
            async with asyncio.timeout(2 * PATIENCE):
                await test()
            say(what)
        except Exception as error:  # whatever it is, it is told
            say(what, error)
            is_good = False
    return is_good


def run():
    """Runs all of them in their order, and ends the program."""
    if inspect.iscoroutinefunction(_checks[0][1]):
        sys.exit(not asyncio.run(_run_all()))
    is_good = True
    for what, test in _checks:
        try:
            test()
            say(what)
        except Exception as error:  # whatever it is, it is told
            say(what, error)
            is_good = False
    sys.exit(not is_good)
