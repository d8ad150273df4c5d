from __future__ import annotations

from urllib.parse import unquote, urljoin

import pytest

from reporter.site import links

RUN = "ab" * 16


@pytest.mark.parametrize(
    "target", ["a b.png", "100%.png", "a#b?c.png", "日本/図.png", "a:b.png", "%41.png", "x+y&z.png"]
)
@pytest.mark.parametrize("page", ["index.html", "run/x.html", "experiment/7/index.html"])
def test_a_link_leads_back_to_the_path_it_was_made_of(page, target):
    address = urljoin(f"http://host/a/b/{page}", links.href(page, f"artifacts/{RUN}/{target}"))
    assert unquote(address) == f"http://host/a/b/artifacts/{RUN}/{target}"


def test_a_portable_path_stays_as_it_is():
    assert links.portable_path("plots/roc curve (1) 日本.png") == "plots/roc curve (1) 日本.png"


@pytest.mark.parametrize(
    "path",
    ["a:b.png", "con.txt", "LPT1", "a?.png", "dot.", "space ", "x" * 300, "d/" * 90 + "x", "a\tb",
     "\ud800.txt", "../../etc/passwd", "/etc/passwd", "a\\b"],
)  # fmt: skip
def test_other_paths_become_portable(path):
    portable = links.portable_path(path)
    assert links.is_safe(portable)
    assert len(portable) <= links.MAX_ARTIFACT_CHARS
    assert portable.encode()
    assert not set(':?*"<>|\\') & set(portable)
    assert all(part[-1] not in ". " and len(part.encode()) < 255 for part in portable.split("/"))


def test_a_shortened_name_keeps_its_extension():
    assert links.portable_path("x" * 300 + ".png").endswith(".png")


def chosen(*paths, **suffixes):
    return links.artifact_paths(RUN, {path: suffixes.get(path, "") for path in paths})


def test_two_artifacts_never_share_a_place():
    for paths in (["a.png", "A.png"], ["x" * 300, "x" * 301], ["a:b", "a?b", "a_b"], ["a", "a/b"]):
        places = [place.casefold() for place in chosen(*paths).values()]
        assert len(set(places)) == len(paths)
        assert not any(a != b and a.startswith(b + "/") for a in places for b in places)


def test_a_suffix_does_not_lead_onto_another_artifact():
    places = links.artifact_paths(RUN, {"m.pkl": ".txt", "m.pkl.txt": ""})
    assert len(set(places.values())) == 2


def test_a_common_name_is_kept_below_the_runs_folder():
    assert chosen("plots/roc.png") == {"plots/roc.png": f"artifacts/{RUN}/plots/roc.png"}


@pytest.mark.parametrize(
    "path", ["../x", "a/../b", "/etc/x", "c:/x", "a//b", "a\\b", "", ".", "a/\0"]
)
def test_paths_that_lead_out_are_not_safe(path):
    assert not links.is_safe(path)
