"""Nothing is lost: pairs that are there stay, those that fail say why, killed ones begin again, two calls share."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from nodeo import Cancelled, InputError
from nodeo.cohort import cluster, dispatch
from nodeo.cohort.attempt import Job
from nodeo.cohort.claim import claimed, last_end
from nodeo.cohort.names import STATE
from nodeo.cohort.pair import Pair
from nodeo.cohort.record import is_of, read_record
from nodeo.cohort.run import CohortProgress, as_dict, collected, planned, run_pairs
from nodeo.cohort.shares import Shares
from nodeo.progress import Progress
from pretended import pretend, pretended_pairs


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Two real workers, in processes of their own."""
    with cluster.local(Shares(2, 1)) as client:
        yield client


def run(pairs: list[Pair], client: Any = None, overwrite: bool = False) -> list[CohortProgress]:
    """Do what is missing; what was told meanwhile."""
    output = pairs[0].folder.parent
    plan = planned(pairs, output, overwrite)
    told: list[Any] = []
    run_pairs(
        plan, plan.to_do(pairs), pretend, told.append, None if client is None else partial(dispatch.outcomes, client)
    )
    return told


def statuses(pairs: list[Pair]) -> dict[str, str]:
    return {line.pair.name: line.status for line in collected(pairs, pairs[0].folder.parent)}


def begun(pair: Pair) -> int:
    """How often the work on a pair began."""
    path = pair.folder.parent / f"{pair.name}.begun"
    return len(path.read_text().split()) if path.exists() else 0


def error(pair: Pair) -> str:
    return last_end(pair.folder.parent, pair).get("error", "")


# --- with real workers ------------------------------------------------------------------------------------------------


def test_workers_that_are_killed_cost_no_pair_but_one_that_kills_three(tmp_path: Path, client: Any) -> None:
    pairs = pretended_pairs(tmp_path, ["a", "killed-twice", "b", "deadly", "c", "refused", "faulty", "d"])
    told = run(pairs, client)
    failed = {"deadly", "refused", "faulty"}
    assert statuses(pairs) == {pair.name: "failed" if pair.name in failed else "done" for pair in pairs}
    assert {pair.name: begun(pair) for pair in pairs} == {
        **{pair.name: 1 for pair in pairs}, "killed-twice": 3, "deadly": 3,
    }  # fmt: skip
    by_name = {pair.name: pair for pair in pairs}
    assert error(by_name["deadly"]).startswith("Its process was killed 3 times")
    assert error(by_name["refused"]) == "refused cannot be used. Take another."
    assert error(by_name["faulty"]) == "Something went wrong inside nodeo: division by zero."
    assert (told[-1].pairs, told[-1].done, told[-1].failed, told[-1].fraction) == (8, 5, 3, 1.0)
    assert [news.fraction for news in told] == sorted(news.fraction for news in told)
    assert told[-1].seconds_left == 0.0 and "3 failed" in told[-1].stage


def test_what_runs_stops_and_what_is_finished_stays(tmp_path: Path, client: Any) -> None:
    pairs = pretended_pairs(tmp_path, ["a", "endless-1", "endless-2", "never"])
    output = pairs[0].folder.parent
    plan = planned(pairs, output, False)

    def stop_when_both_run(_news: Progress) -> None:
        if begun(pairs[0]) and begun(pairs[1]) and begun(pairs[2]):
            raise Cancelled

    with pytest.raises(Cancelled, match="1 of 4 pairs are finished and kept"):
        run_pairs(plan, pairs, pretend, stop_when_both_run, partial(dispatch.outcomes, client))
    assert statuses(pairs) == {"a": "done", "endless-1": "missing", "endless-2": "missing", "never": "missing"}
    assert not any(client.processing().values())  # the workers are free
    for pair in pairs:  # and nobody holds a claim
        with claimed(output, pair) as claim:
            assert claim is not None and claim.starts("") == 0


def test_a_cluster_that_has_lost_all_its_workers_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "_ALONE", 0.0)
    with cluster.local(Shares(1, 1)) as client:
        client.retire_workers()
        with pytest.raises(InputError, match="All workers have ended"):
            run(pretended_pairs(tmp_path, ["a"]), client)


# --- without ----------------------------------------------------------------------------------------------------------


def test_a_second_call_does_what_is_missing_only(tmp_path: Path) -> None:
    pairs = pretended_pairs(tmp_path, ["a", "refused", "b"])
    run(pairs[:2])
    assert statuses(pairs) == {"a": "done", "refused": "failed", "b": "missing"}
    told = run(pairs)
    assert [begun(pair) for pair in pairs] == [1, 2, 1]
    assert (told[-1].pairs, told[-1].done, told[-1].failed) == (3, 2, 1)
    summary = as_dict(collected(pairs, pairs[0].folder.parent))
    assert (summary["pairs"], summary["done"], [line["pair"] for line in summary["not_done"]]) == (3, 2, ["refused"])


def test_a_pair_whose_failing_was_not_heard_of_is_not_tried_again_in_the_same_call(tmp_path: Path) -> None:
    (pair,) = pretended_pairs(tmp_path, ["refused"])
    pair.folder.parent.mkdir()
    heard, again = (Job(pair.folder.parent, "one call", pretend).attempt(pair, lambda news: None) for _ in range(2))
    assert again == heard and again.end == "failed"
    assert begun(pair) == 1


def test_a_mended_pair_has_no_error_any_more(tmp_path: Path) -> None:
    (pair,) = pretended_pairs(tmp_path, ["refused"])
    run([pair])
    assert error(pair)
    mended = replace(pair, name="mended", folder=pair.folder.with_name("mended"))
    os.rename(pair.folder.parent / STATE / "refused.json", pair.folder.parent / STATE / "mended.json")
    run([mended])
    assert error(mended) == "" and statuses([mended]) == {"mended": "done"}


def test_a_changed_file_or_setting_is_seen_and_replaced_only_when_told(tmp_path: Path) -> None:
    pairs = pretended_pairs(tmp_path, ["a", "b", "c"])
    run(pairs)
    Path(pairs[0].files["moving"]).write_text("another image")
    changed = [pairs[0], replace(pairs[1], settings=pairs[1].settings.replace(seed=7)), pairs[2]]
    with pytest.raises(InputError, match="holds 'a' and 1 other pair of other files or settings"):
        run(changed)
    run(changed, overwrite=True)
    assert [begun(pair) for pair in changed] == [2, 2, 1]


def test_a_copy_with_another_time_is_no_change_and_neither_is_the_number_of_threads(tmp_path: Path) -> None:
    (pair,) = pretended_pairs(tmp_path, ["a"])
    run([pair])
    found = read_record(pair)
    os.utime(pair.files["moving"], (1, 1))
    assert is_of(found, replace(pair, settings=pair.settings.replace(threads=3, device="cpu")))
    Path(pair.files["moving"]).write_text(Path(pair.files["moving"]).read_text().upper())  # the same length
    assert not is_of(found, pair)
    Path(pair.files["moving"]).unlink()
    assert not is_of(found, pair)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    pairs = pretended_pairs(tmp_path, ["a"])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("precious")
    with pytest.raises(InputError, match="is not empty"):
        run(pairs)


def test_a_damaged_record_counts_as_none(tmp_path: Path) -> None:
    (pair,) = pretended_pairs(tmp_path, ["a"])
    run([pair])
    (pair.folder / "cohort.json").write_text("[1, 2")
    run([pair])
    assert begun(pair) == 2 and statuses([pair]) == {"a": "done"}


def test_two_calls_on_one_folder_do_each_pair_once_and_both_end_with_all(tmp_path: Path) -> None:
    pairs = pretended_pairs(tmp_path, [f"{n}" for n in range(20)])
    calls = [threading.Thread(target=run, args=(list(order),)) for order in (pairs, pairs[::-1], pairs[5:] + pairs[:5])]
    pairs[0].folder.parent.joinpath(STATE).mkdir(parents=True)  # all of them see a cohort
    for call in calls:
        call.start()
    for call in calls:
        call.join()
    assert [begun(pair) for pair in pairs] == [1] * 20
    assert set(statuses(pairs).values()) == {"done"}


def test_who_waits_for_another_process_can_be_stopped(tmp_path: Path) -> None:
    (pair,) = pretended_pairs(tmp_path, ["a"])

    def impatient(news: Progress) -> None:
        if time.monotonic() > start + 0.2:
            raise Cancelled

    start = time.monotonic()
    output = pair.folder.parent
    with claimed(output, pair) as claim:
        assert claim is not None
        with pytest.raises(Cancelled):
            run_pairs(planned([pair], output, False), [pair], pretend, impatient)
    assert begun(pair) == 0


def test_a_claim_with_nonsense_in_it_is_a_fresh_one(tmp_path: Path) -> None:
    (pair,) = pretended_pairs(tmp_path, ["a"])
    state = pair.folder.parent / STATE
    state.mkdir(parents=True)
    (state / "a.json").write_text(json.dumps(["call"]))
    run([pair])
    assert statuses([pair]) == {"a": "done"} and error(pair) == ""
