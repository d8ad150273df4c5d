"""Write what build machines read: GitHub's workflow, GitLab's job.

A workflow file has one part that is ours, between two lines that say so; what stands around it
is the user's and stays. The first line carries a digest of the part, so that a change inside of
it is noticed and not lost. The texts are plain strings here, since YAML written by a library
would lose its comments. Knows nothing of git.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex

from reporter.errors import PublishError
from reporter.publish.project import Project

__all__ = ["WORKFLOW", "github_workflow", "gitlab_job", "merge_part", "write_workflow"]

WORKFLOW = ".github/workflows/report.yml"

_BEGIN = "# >>> runpages {digest}: written by 'report publish github', which replaces it"
_END = "# <<< runpages: what stands below and above is yours"
_PART = re.compile(
    r"^# >>> runpages ([0-9a-f]{12}):.*?\n(.*?)^# <<< runpages:[^\n]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)

_GITHUB = """\
name: Report
on:
  push:
    branches: [{branch}]
{paths}\
  workflow_dispatch:

permissions:
  contents: read
  pages: write
  id-token: write

# One publication at a time; one that has begun is brought to its end.
concurrency:
  group: pages
  cancel-in-progress: false

jobs:
  report:
    runs-on: ubuntu-latest
    environment:
      name: github-pages
      url: ${{{{ steps.deployment.outputs.page_url }}}}
    steps:
      - uses: actions/checkout@v7
{lfs}\
      - uses: actions/setup-python@v7
        with:
          python-version: "3.12"
      - run: {install}
      - run: {build}
      - run: report publish check site
      - uses: actions/configure-pages@v6
      - uses: actions/upload-pages-artifact@v5
        with:
          path: site
      - id: deployment
        uses: actions/deploy-pages@v5
"""

_LFS = """\
        with:
          lfs: true
"""

_GITLAB = """\
pages:
  image: python:3.12-slim
  script:
    - {install}
    - {build}
  artifacts:
    paths:
      - public
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
"""


def github_workflow(project: Project, path: str = WORKFLOW) -> str:
    """Write our part of GitHub's workflow.

    Parameters
    ----------
    project : Project
    path : str
        Where it will lie, from the repository's root.

    Returns
    -------
    str
    """
    return _GITHUB.format(
        branch=_quote(project.branch),
        paths=_paths(project.store, path),
        lfs=_LFS if project.uses_lfs else "",
        install=_quote(_install(project)),
        build=_quote(f"report build {shlex.quote(project.store)} -o site"),
    )


def gitlab_job(project: Project) -> str:
    """Write the job for a ``.gitlab-ci.yml``.

    Parameters
    ----------
    project : Project

    Returns
    -------
    str
    """
    return _GITLAB.format(
        install=_quote(_install(project)),
        build=_quote(f"report build {shlex.quote(project.store)} -o public"),
    )


def merge_part(text: str, part: str, *, where: str, replaces: bool = False) -> str:
    """Put our part into a file, and leave the rest of it as it is.

    Parameters
    ----------
    text : str
        What the file holds; empty when there is none.
    part : str
        What shall be ours.
    where : str
        The file's name, for messages.
    replaces : bool
        Whether changes inside of our part, or a file that has none, are replaced.

    Returns
    -------
    str

    Raises
    ------
    PublishError
        The file is not ours, or our part of it was changed.
    """
    framed = f"{_BEGIN.format(digest=_digest(part))}\n{part}{_END}\n"
    found = _PART.search(text)
    if not text.strip() or (found is None and replaces):
        return framed
    if found is None:
        raise PublishError(
            f"'{where}' has no part that 'report publish github' wrote.",
            "Choose another file with --file, or replace it with --replace.",
        )
    if _digest(found.group(2)) != found.group(1) and not replaces:
        raise PublishError(
            f"'{where}' was changed between the lines '# >>> runpages' and '# <<< runpages'.",
            "Move the changes out of there, replace them with --replace, or take both lines away "
            "and keep the file as your own.",
        )
    return text[: found.start()] + framed + text[found.end() :]


def write_workflow(project: Project, path: str = WORKFLOW, *, replaces: bool = False) -> bool:
    """Write or update the workflow file of a repository.

    Parameters
    ----------
    project : Project
    path : str
        Relative to the repository's root.
    replaces : bool
        Whether changes inside of our part, or a file that has none, are replaced.

    Returns
    -------
    bool
        False when the file held the very same already.

    Raises
    ------
    PublishError
        The file is not ours, or our part of it was changed.
    """
    place = os.path.join(project.root, path)
    try:
        with open(place, encoding="utf-8", newline="") as file:
            text = file.read()
    except FileNotFoundError:
        text = ""
    # A checkout on Windows may have turned the ends of lines: they stay as they are.
    ends = "\r\n" if "\r\n" in text else "\n"
    merged = merge_part(
        text.replace("\r\n", "\n"), github_workflow(project, path), where=path, replaces=replaces
    ).replace("\n", ends)
    if merged == text:
        return False
    os.makedirs(os.path.dirname(place), exist_ok=True)
    temporary = f"{place}.part"
    with open(temporary, "w", encoding="utf-8", newline="") as file:
        file.write(merged)
    os.replace(temporary, place)
    return True


def _install(project: Project) -> str:
    return f"pip install {shlex.quote(project.requirement)}"


def _paths(store: str, workflow: str) -> str:
    """Name what makes a push worth a build; every push is, when a path cannot be a pattern."""
    if store == "." or not re.fullmatch(r"[\w./ -]+", store):
        return ""
    patterns = [f"{store}/**", "report.toml", workflow]
    return "    paths:\n" + "".join(f"      - {_quote(pattern)}\n" for pattern in patterns)


def _quote(text: str) -> str:
    """Write a scalar: as it is where YAML takes it so, else as JSON, which is YAML too."""
    plain = re.fullmatch(r"[A-Za-z.][\w./ @+=-]*[\w./+=-]", text) is not None
    is_word = text.lower() not in {"on", "off", "yes", "no", "true", "false", "null", ".inf"}
    return text if plain and is_word else json.dumps(text, ensure_ascii=False)


def _digest(part: str) -> str:
    return hashlib.sha256(part.encode()).hexdigest()[:12]
