"""Generates `handlers/contract_types.py` from `openapi.yaml`: `make types`."""

import sys
import warnings
from pathlib import Path

from datamodel_code_generator import InputFileType, PythonVersion, generate
from datamodel_code_generator.enums import DataModelType, OpenAPIScope
from datamodel_code_generator.format import Formatter
from datamodel_code_generator.parser import LiteralType

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "openapi.yaml"
TYPES = ROOT / "handlers" / "contract_types.py"

HEADER = (
    '''"""The contract's schemas as types. Generated from openapi.yaml by `make types`; do not edit."""'''
)


def generated() -> str:
    """Return the module that the contract makes."""
    with warnings.catch_warnings():
        # A later release will want black as an extra of its own; the lock pins this one.
        warnings.filterwarnings("ignore", message="Black/isort will become optional", category=FutureWarning)
        return _generate()


def _generate() -> str:
    result = generate(
        CONTRACT,
        input_file_type=InputFileType.OpenAPI,
        openapi_scopes=[OpenAPIScope.Schemas],
        output_model_type=DataModelType.TypingTypedDict,
        target_python_version=PythonVersion.PY_311,
        enum_field_as_literal=LiteralType.All,
        strict_nullable=True,
        use_closed_typed_dict=False,
        use_union_operator=True,
        use_standard_collections=True,
        use_schema_description=True,
        use_field_description=False,
        disable_future_imports=True,
        disable_timestamp=True,
        custom_file_header=HEADER,
        formatters=[Formatter.BLACK],
    )
    assert isinstance(result, str)
    return result


if __name__ == "__main__":
    TYPES.write_text(generated(), encoding="utf-8")
    sys.stdout.write(f"wrote {TYPES.relative_to(ROOT)}\n")
