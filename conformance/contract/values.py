"""Good values, as small as a schema allows, and good values around another one."""

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

from conformance.contract.constraints import ITEM
from conformance.contract.document import Contract
from conformance.contract.schemas import simplified
from conformance.contract.texts import Texts

Schema = dict[str, Any]


class Absent:
    """Stands for a value that is left out."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()


class Values:
    """Makes values for the requests of one operation.

    Args:
        samples: good values by the name of their member or parameter, for those of which a schema does not
            say enough: ids of what is there, entity tags.
    """

    def __init__(self, contract: Contract, texts: Texts, samples: Mapping[str, Callable[[], Any]]) -> None:
        self._contract = contract
        self.texts = texts
        self._samples = samples

    def sample(self, node: Schema, name: str = "") -> Any:
        """Return the smallest good value: of an object, its required members alone."""
        schema = self.whole(node)
        if name in self._samples and schema.get("type") not in ("array", "object"):
            return self._samples[name]()
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type"):
            case "object":
                required = len({*self._required(schema)})
                return self.members(schema, max(required, schema.get("minProperties", 0)))
            case "array":
                return self.items(schema, name, schema.get("minItems", 0))
            case "integer" | "number":
                return self._number(schema)
            case "boolean":
                return False
        return self.texts.sample(schema)

    def told(self, node: Schema, name: str = "") -> Any:
        """Return a small good value that can be written outside of a body: no empty list or object."""
        value, schema = self.sample(node, name), self.whole(node)
        if value == [] and schema.get("maxItems", 1):
            return self.items(schema, name, 1)
        return value if value != {} else self.members(schema, 1)

    def with_own_id(self, node: Schema, body: Any, place: str) -> Any:
        """Return a body whose id is drawn, where its client chooses one that can bear no name of the run's.

        `place` points to the id within the body. One with another id than the smallest has stays as it is.
        """
        member = place.removeprefix("/")
        schema = self.whole(node).get("properties", {}).get(member)
        if schema is None or not isinstance(body, dict) or body.get(member) != self.sample(schema, member):
            return body
        if self.texts.is_own(body[member]):
            return body
        return {**body, member: self.texts.another(self.whole(schema))}

    def around(self, node: Schema, steps: tuple[str, ...], leaf: Any) -> Any:
        """Return the smallest good value that has `leaf` at the end of the steps."""
        if not steps:
            return leaf
        schema = self.whole(node)
        step, rest = steps[0], steps[1:]
        if step == ITEM:
            inner = self.around(schema["items"], rest, leaf)
            return [inner, *self.items(schema, "", schema.get("minItems", 1) - 1)]
        members = schema.get("properties", {})
        inner = self.around(members.get(step, {}), rest, leaf)
        built = {key: self.sample(members.get(key, {}), key) for key in self._required(schema) if key != step}
        return built if inner is ABSENT else {**built, step: inner}

    def whole(self, node: Schema) -> Schema:
        """Return a schema with its reference followed and the parts of its `allOf` put together."""
        schema = simplified(self._contract.resolved(node, "")[0])
        for part in map(self.whole, schema.get("allOf", ())):
            schema = {
                **schema,
                **part,
                "properties": {**schema.get("properties", {}), **part.get("properties", {})},
                "required": [*schema.get("required", ()), *part.get("required", ())],
            }
        return schema

    def first(self, name: str) -> tuple[str, ...]:
        """Return the texts to try before all others for a member or a parameter of this name."""
        return (str(self._samples[name]()),) if name in self._samples else ()

    def items(self, schema: Schema, name: str, count: int) -> list[Any]:
        """Return an array of so many good items."""
        items = schema.get("items", {})
        if not schema.get("uniqueItems") or count < 2:
            return [self.sample(items, name)] * max(0, count) if count > 0 else []
        whole = self.whole(items)
        if "enum" in whole:
            return list((whole["enum"] * count)[:count])
        first = self.sample(items, name)
        if isinstance(first, int | float):
            return [first + n for n in range(count)]
        longest = whole.get("maxLength", len(str(first)) + len(str(count)))
        return [f"{str(first)[: longest - len(str(n))]}{n}" for n in range(count)]

    def members(self, schema: Schema, count: int) -> dict[str, Any]:
        """Return an object with so many members: the required ones, then others."""
        members = schema.get("properties", {})
        others = (name for name in members if self._is_sent(schema, name))
        names = dict.fromkeys([*self._required(schema), *others])
        return {name: self.sample(members.get(name, {}), name) for name in list(names)[:count]}

    def _required(self, schema: Schema) -> list[str]:
        """Return the names of the members that a request must have: not those that the server alone sets."""
        return [name for name in schema.get("required", ()) if self._is_sent(schema, name)]

    def _is_sent(self, schema: Schema, name: str) -> bool:
        member, _ = self._contract.resolved(schema.get("properties", {}).get(name, {}), "")
        return not member.get("readOnly")

    def _number(self, schema: Schema) -> Any:
        low = lowest(schema) if "minimum" in schema else 1
        high = highest(schema) if "maximum" in schema else 1
        number = max(low, min(high, 1))
        if "multipleOf" not in schema:
            return number
        step = Decimal(str(schema["multipleOf"]))
        return _plain((Decimal(str(number)) / step).to_integral_value(ROUND_CEILING) * step)


def beside(schema: Schema, keyword: str, direction: int) -> Any:
    """Return the bound itself, or the number next to it: a multiple or 1 away, or else one digit finer."""
    bound = schema[keyword]
    if direction == 0:
        return bound
    exact = Decimal(str(bound))
    if "multipleOf" in schema:
        step = Decimal(str(schema["multipleOf"]))
    elif schema.get("type") == "integer":
        step = Decimal(1)
    else:
        step = Decimal(10) ** (int(exact.as_tuple().exponent) - 1)
    return _plain(exact + direction * step)


def lowest(schema: Schema) -> Any:
    """Return the least number that a schema with a minimum allows."""
    return beside(schema, "minimum", 1 if schema.get("exclusiveMinimum") else 0)


def highest(schema: Schema) -> Any:
    """Return the greatest number that a schema with a maximum allows."""
    return beside(schema, "maximum", -1 if schema.get("exclusiveMaximum") else 0)


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)
