"""Either driver can take the other's place in engine/mongo/driver.py."""

import ast
from pathlib import Path

import pytest

from engine.mongo import driver, with_motor, with_pymongo

EITHER = pytest.mark.parametrize("either", [with_motor, with_pymongo])


def test_one_line_chooses_the_driver():
    tree = ast.parse(Path(driver.__file__).read_text())
    assert len([node for node in tree.body if isinstance(node, ast.ImportFrom)]) == 1


@EITHER
def test_each_has_all_that_is_chosen(either):
    assert set(driver.__all__) <= set(vars(either))


@EITHER
async def test_what_a_pipeline_makes_of_a_collection_is_a_list(either, db, mongodb_url):
    await db.things.insert_many([{"number": number} for number in range(300)])
    on_either = either.Client(mongodb_url)[db.name]
    made = await either.aggregate(on_either.things, [{"$match": {"number": {"$gte": 10}}}, {"$project": {"_id": 0}}])
    assert made == [{"number": number} for number in range(10, 300)]
    await either.close(on_either)
