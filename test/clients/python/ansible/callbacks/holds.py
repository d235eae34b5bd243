"""Says of each assertion of a playbook whether it holds, and of any other task only that it has failed."""

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: holds
type: stdout
short_description: a line for each assertion
description: a line for each assertion
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "holds"

    def v2_runner_on_ok(self, result):
        if result.task.action.endswith("assert"):
            print(f"ok {result.task.get_name()}", flush=True)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        if ignore_errors:
            return
        found = result.result
        why = " ".join(f"{found.get('assertion', '')} {found.get('msg', '')}".split())
        print(f"not ok {result.task.get_name()}: {why}", flush=True)

    v2_runner_on_unreachable = v2_runner_on_failed
