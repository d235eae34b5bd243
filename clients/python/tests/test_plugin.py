import pytest

pytest_plugins = ["pytester"]

SUITE = """
import pytest

MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: left}}"
PATH = "/api/v1/namespaces/default/configmaps"

def names(cluster):
    return [item["metadata"]["name"] for item in cluster.admin("GET", PATH)["items"]]

class TestA:
    def test_leaves_an_object(self, fauxkube):
        fauxkube.apply(MAP)
        print("server", fauxkube.url)
        assert "left" in names(fauxkube)

    def test_fails(self, fauxkube):
        fauxkube.apply(MAP)
        assert False

class TestB:
    def test_begins_anew(self, fauxkube):
        print("server", fauxkube.url)
        assert "left" not in names(fauxkube)
"""


def urls(result: pytest.RunResult) -> list[str]:
    return [line.split()[1] for line in result.outlines if line.startswith("server ")]


def test_every_test_finds_a_server_as_new(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_subprocess("-rA")
    result.assert_outcomes(passed=2, failed=1)
    assert len(set(urls(result))) == 1


def test_scope_can_be_a_class(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_subprocess("-rA", "--fauxkube-scope=class")
    result.assert_outcomes(passed=2, failed=1)
    assert len(set(urls(result))) == 2


def test_settings_stand_in_the_ini_file(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nfauxkube_args = --nodes=1 --seed=7\nfauxkube_scope = module")
    pytester.makepyfile(
        """
        def test_has_one_node(fauxkube):
            assert len(fauxkube.admin("GET", "/api/v1/nodes")["items"]) == 1
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_wrong_scope_is_told(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nfauxkube_scope = forever")
    pytester.makepyfile("def test_nothing(fauxkube): pass")
    result = pytester.runpytest_subprocess()
    result.stdout.fnmatch_lines(["*fauxkube_scope has to be one of session, package, *, not 'forever'*"])


def test_fork_per_test_is_as_new(pytester: pytest.Pytester) -> None:
    forked = SUITE.replace("fauxkube", "fauxkube_fork")
    pytester.makepyfile(forked)
    result = pytester.runpytest_subprocess("-rA")
    result.assert_outcomes(passed=2, failed=1)
    assert len(set(urls(result))) == 2
