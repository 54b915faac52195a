"""The only task runner: ``nox -s NAME``. Tests and the site always use the built wheel, never the source tree."""

from __future__ import annotations

import os
import shutil
import sys
from hashlib import sha256
from pathlib import Path

import nox

nox.needs_version = ">=2025.5"
# uv holds what it installs to the hashes in constraints.txt; pip would ask for each version by name.
nox.options.default_venv_backend = "uv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "tests"]

# uv installs no compiled modules; where none may be written, each program that a test starts compiles all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

ROOT = Path(__file__).parent
DIST = ROOT / "build" / "dist"
SITE = ROOT / "build" / "site"
#: Pyodide, by the hash of its npm package: a release that was changed afterwards is not used.
ENGINE = {
    "version": "314.0.8",
    "sha256": "9a52704e0ae5b07aaacb8e4fed9f1658e8024694a078695ea45ac79dee4cefcb",
}
PYPROJECT = nox.project.load_toml("pyproject.toml")
GROUPS = PYPROJECT["dependency-groups"]
NEEDED = PYPROJECT["project"]["dependencies"]


def install(session: nox.Session, *groups: str, wheel: bool = True) -> None:
    """Install dependency groups at the pinned versions and, unless ``wheel=False``, the freshly built wheel."""
    wanted = [requirement for group in groups for requirement in GROUPS[group]]
    session.install("-c", "constraints.txt", *wanted, *(NEEDED if wheel else []))
    if wheel:
        session.install("--no-deps", "--force-reinstall", str(build_wheel(session)))


def build_wheel(session: nox.Session) -> Path:
    """Build the wheel from this tree."""
    shutil.rmtree(DIST, ignore_errors=True)
    session.install("-c", "constraints.txt", "build", "hatchling")
    session.run("python", "-m", "build", "--wheel", "--no-isolation", "--outdir", str(DIST), silent=True)
    return next(DIST.glob("*.whl"))


def build_site(session: nox.Session, *options: str) -> None:
    """Build the site with every warning an error."""
    strict = ("-n", "-W", "--keep-going", "-q")
    session.run(
        "sphinx-build", "-j", "auto", *strict, *options, "-d", "build/doctrees", "-b", "html", "docs", str(SITE)
    )


@nox.session
def lint(session: nox.Session) -> None:
    """ruff (formatter and linter) and mypy --strict; a user's program is read against the installed wheel, as its users will."""
    install(session, "lint")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("mypy")
    session.run("mypy", "tests/user_program.py")


@nox.session
def tests(session: nox.Session) -> None:
    """The whole suite against the installed wheel, the doctests of every page, and the built site."""
    install(session, "test", "docs")
    build_site(session)
    # -P keeps the source tree off sys.path, so that what is tested is the wheel. A few tests are quicker in one process.
    session.run(
        "python",
        "-P",
        "-m",
        "pytest",
        *(session.posargs or ("-n", "auto")),
        env={"J1553REF_SITE": str(SITE), "J1553REF_WHEEL": str(next(DIST.glob("*.whl")))},
    )


def engine(session: nox.Session) -> dict[str, str]:
    """The Python engine of the calculator in the page, fetched once by name and hash; what the build needs to know of it."""
    place = ROOT / "build" / "engine" / ENGINE["version"]
    if not (place / "pyodide.mjs").exists():
        install(session, "node", wheel=False)
        place.parent.mkdir(parents=True, exist_ok=True)
        with session.chdir(place.parent):
            session.run("npm", "pack", f"pyodide@{ENGINE['version']}", "--silent")
        packed = place.parent / f"pyodide-{ENGINE['version']}.tgz"
        if sha256(packed.read_bytes()).hexdigest() != ENGINE["sha256"]:
            packed.unlink()
            session.error("the engine that was fetched is not the one that noxfile.py names: nothing was built with it")
        shutil.unpack_archive(packed, place.parent / "unpacked", filter="data")
        (place.parent / "unpacked" / "package").rename(place)
        packed.unlink()
    return {"J1553REF_ENGINE": str(place), "J1553REF_LIVE_WHEEL": str(next(DIST.glob("*.whl")))}


@nox.session
def docs(session: nox.Session) -> None:
    """The site with its calculator, every warning an error, from scratch; ``-- --static`` leaves the calculator out."""
    install(session, "docs")
    session.env.update({} if "--static" in session.posargs else engine(session))
    build_site(session, "-E", "-a")
    session.log(f"open {SITE / 'index.html'}")


@nox.session
def build(session: nox.Session) -> None:
    """The wheel, in build/dist."""
    session.log(f"built {build_wheel(session)}")


@nox.session
def serve(session: nox.Session) -> None:
    """Build the site with its calculator and serve it on this machine only; prints the address."""
    install(session, "docs")
    session.env.update(engine(session))
    build_site(session)
    port = session.posargs[0] if session.posargs else "8553"
    session.log(f"The site: http://127.0.0.1:{port}/ (stop with Ctrl-C)")
    session.run("python", "-m", "http.server", port, "--bind", "127.0.0.1", "--directory", str(SITE))


@nox.session
def bench(session: nox.Session) -> None:
    """Speed of the checker as ratios to others, in one run: ``nox -s bench``, or ``-- --wheel OLD.whl`` to set one beside it."""
    install(session, "test", "bench")
    options = list(session.posargs)
    if options[:1] == ["--wheel"]:
        older = ROOT / "build" / "bench-before"
        session.run("python", "-m", "venv", "--clear", str(older))
        session.run(
            "uv",
            "pip",
            "install",
            "-q",
            "--python",
            str(older / "bin" / "python"),
            "-c",
            "constraints.txt",
            *options[1:],
            external=True,
        )
        options = ["--before", str(older / "bin" / "python")]
    session.run("python", "-P", "tests/bench.py", *options, env={"PYTHONPATH": "tests"})


@nox.session
def cluster(session: nox.Session) -> None:
    """The recipe for Spark in local mode with two workers against one process, claim for claim; needs Java 17."""
    install(session, "cluster")
    session.run("python", "-P", "tests/cluster.py")


@nox.session
def fuzz(session: nox.Session) -> None:
    """Parser and schema engines on many documents, damaged streams, correct claims: ``nox -s fuzz -- 100000 [SEED]``."""
    install(session, "test")
    examples, *seed = session.posargs or ["20000"]
    session.run("python", "-P", "tests/fuzz.py", examples, *seed, env={"PYTHONPATH": "tests"})
    session.run("python", "-P", "tests/fuzz_formats.py", examples, *seed, env={"PYTHONPATH": "tests"})
    session.run("python", "-P", "tests/agree.py", examples, env={"PYTHONPATH": "tests"})
    session.run("python", "-P", "tests/fuzz_settings.py", examples)
    session.run(
        "python",
        "-P",
        "-m",
        "pytest",
        "-q",
        "tests/test_correct_claims.py",
        env={"J1553REF_EXAMPLES": str(int(examples) // 5)},
    )


@nox.session
def sdist(session: nox.Session) -> None:
    """The tests that an unpacked sdist holds, run from it: ``nox -s sdist -- tests/test_units.py`` runs some of them."""
    session.install("-c", "constraints.txt", "build", "hatchling", "nox[uv]")
    place = ROOT / "build" / "sdist"
    shutil.rmtree(place, ignore_errors=True)
    session.run("python", "-m", "build", "--sdist", "--no-isolation", "--outdir", str(place), silent=True)
    shutil.unpack_archive(next(place.glob("*.tar.gz")), place, filter="data")
    session.chdir(next(path for path in place.iterdir() if path.is_dir()))
    session.run("nox", "-s", "tests", *(["--", *session.posargs] if session.posargs else []))


@nox.session
def node(session: nox.Session) -> None:
    """What runs in Node: the search of the site, the page's JavaScript, ajv and VS Code's JSON editor on the tests' documents."""
    install(session, "test", "docs", "node")
    build_site(session)
    session.run("npm", "ci", "--prefix", "tests/node", "--no-audit", "--no-fund")
    wanted = {"J1553REF_NODE": "1", "J1553REF_SITE": str(SITE)}
    session.run("python", "-P", "-m", "pytest", "-q", "-s", "tests/test_node.py", "tests/test_search.py", env=wanted)


@nox.session
def browser(session: nox.Session) -> None:
    """The calculator in a real browser, on the site as docs builds it: ``nox -s browser``; needs chromium."""
    install(session, "docs", "test", "browser")
    session.env.update(engine(session))
    build_site(session)
    session.run(
        "python", "-P", "-m", "pytest", "-q", "tests/browser", *session.posargs, env={"J1553REF_SITE": str(SITE)}
    )


@nox.session
def access(session: nox.Session) -> None:
    """Access in a real browser, axe on every page: ``nox -s access``, or ``-- -k units``. Debian: apt-get install chromium."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not browser:
        session.error("there is no Chromium to run this in: on Debian, apt-get install chromium")
    install(session, "test", "docs", "browser", "access")
    build_site(session)
    wanted = {"J1553REF_SITE": str(SITE), "J1553REF_BROWSER": str(browser)}
    session.run("python", "-P", "-m", "pytest", "-q", "tests/test_access.py", *session.posargs, env=wanted)


@nox.session
def mutate(session: nox.Session) -> None:
    """Mutation score by module: ``nox -s mutate -- units ndc infusion rules``; minutes, so not in CI."""
    install(session, "test")
    session.run("python", "-P", "tests/mutate.py", *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session(name="new-rule", python=False)
def new_rule(session: nox.Session) -> None:
    """Begin a rule, its page and its cases: ``nox -s new-rule -- UNT009 kebab-case-name "One sentence."``."""
    session.run(sys.executable, "tests/scaffold.py", "new-rule", *session.posargs)


@nox.session(name="new-payer", python=False)
def new_payer(session: nox.Session) -> None:
    """Begin the facts and the page of a payer: ``nox -s new-payer -- ID "Label"``; a part is ``bcbs:NAME``."""
    session.run(sys.executable, "tests/scaffold.py", "new-payer", *session.posargs)


@nox.session
def lock(session: nox.Session) -> None:
    """Write constraints.txt and requirements.txt anew: the newest versions that install together, with their hashes."""
    session.install("uv")
    wanted = ROOT / "build" / "requirements.in"
    wanted.parent.mkdir(exist_ok=True)
    every = {requirement for group in GROUPS.values() for requirement in group} | {*NEEDED, "build", "hatchling"}
    wanted.write_text("\n".join(sorted(every)) + "\n")
    task = wanted.with_name("task.in")
    task.write_text("\n".join(GROUPS["task"]) + "\n")
    compiled = (
        "--quiet",
        "--universal",
        "--python-version",
        "3.11",
        "--no-emit-index-url",
        "--no-annotate",
        "--generate-hashes",
    )
    for source, target, more in (
        (wanted, "constraints.txt", ()),
        (task, "requirements.txt", ("-c", "constraints.txt")),
    ):
        session.run(
            *(
                "uv",
                "pip",
                "compile",
                *compiled,
                *more,
                "--custom-compile-command",
                "nox -s lock",
                "-o",
                target,
                str(source),
            ),
            env={"UV_NO_CONFIG": "1"},
        )


if os.environ.get("CI"):
    nox.options.error_on_missing_interpreters = True
