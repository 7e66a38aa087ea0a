"""The file that describes the API is made of what checks it, so fuzzing by the file finds no gap between the two."""

from __future__ import annotations

from pathlib import Path

from folkmoot.settings import Server
from folkmoot.storage.database import Database
from folkmoot.web import openapi
from folkmoot.web.problems import KINDS
from tests.web.serving import fuzz, served
from tests.web.stand import OPERATIONS, Client, join

DESCRIBED = openapi.build(OPERATIONS)


def test_the_file_is_served_and_any_page_may_read_it(client: Client) -> None:
    answer = client.get("/api/openapi.json")
    assert answer.json() == DESCRIBED
    assert answer.headers["access-control-allow-origin"] == "*"


def test_every_operation_says_what_it_takes_answers_and_refuses() -> None:
    told = DESCRIBED["paths"]["/api/words"]["post"]
    assert told["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Words"}
    assert told["responses"]["201"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Said"}
    assert set(told["responses"]) == {"201", "400", "401", "403", "409", "413", "415", "422", "429", "503"}
    assert DESCRIBED["components"]["schemas"]["Words"]["additionalProperties"] is False


def test_parameters_have_their_limits() -> None:
    told = {each["name"]: each for each in DESCRIBED["paths"]["/api/words/{id}"]["get"]["parameters"]}
    assert (told["id"]["in"], told["id"]["required"], told["id"]["schema"]["pattern"][:2]) == ("path", True, "^(")
    assert (told["limit"]["schema"]["minimum"], told["limit"]["schema"]["maximum"]) == (1, 100)
    assert told["url"]["schema"]["maxItems"] == 100


def test_an_answer_without_a_body_is_described_as_such() -> None:
    assert "content" not in DESCRIBED["paths"]["/api/words/{id}"]["delete"]["responses"]["204"]


def test_every_kind_of_problem_has_its_own_name() -> None:
    assert len({kind.name for kind in KINDS.values()}) == len(KINDS)


def test_fuzzing_by_the_file_finds_nothing_that_it_does_not_say(one_db: Database, tmp_path: Path) -> None:
    with served(join(one_db, Server(), limits=False)) as address:
        complaints = fuzz(address, tmp_path, "--exclude-operation-id", "fail")
    assert not complaints, complaints
