"""Values of objects: nothing is sent that the server alone sets."""

import random
from pathlib import Path

import pytest

from conformance.contract import document
from conformance.contract.texts import Texts
from conformance.contract.values import Values
from tests.conformance.contracts import written

NOTES = """\
openapi: 3.0.3
info: {title: Notes, version: '1'}
paths:
  /notes:
    post:
      operationId: addNote
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}
      responses: {'201': {description: Added.}}
components:
  schemas:
    Id: {type: integer, readOnly: true}
    Base:
      type: object
      properties: {id: {$ref: '#/components/schemas/Id'}}
    Note:
      allOf:
        - $ref: '#/components/schemas/Base'
        - type: object
          required: [id, made_at, title]
          properties:
            made_at: {type: string, format: date-time, readOnly: true}
            title: {type: string}
            pages: {type: integer}
"""
NOTE = {"$ref": "#/components/schemas/Note"}


@pytest.fixture
def values(tmp_path: Path) -> Values:
    return Values(document.load(written(tmp_path, NOTES)), Texts("cf-name", random.Random(1)), {})


def test_what_the_server_sets_is_in_no_sample_around_no_value_and_none_of_all_members(values: Values) -> None:
    assert values.sample(NOTE) == {"title": "cf-name"}
    assert values.around(NOTE, ("pages",), 7) == {"title": "cf-name", "pages": 7}
    assert values.members(values.whole(NOTE), 5) == {"title": "cf-name", "pages": 1}
