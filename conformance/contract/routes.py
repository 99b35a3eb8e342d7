"""Which operation of the contract a request asks for."""

import re

from conformance.contract.document import Contract, Operation

_PARAMETER = re.compile(r"\\\{[^{}/]+\\\}")
_NAME = re.compile(r"\{([^{}/]+)\}")


class Routes:
    """The paths of a contract, below each of its servers. A literal path goes before a template."""

    def __init__(self, contract: Contract) -> None:
        self.servers = contract.servers
        """The paths of the contract's servers: each operation answers below each of them."""
        self._literal: dict[tuple[str, str], Operation] = {}
        self._templates: dict[tuple[str, int], list[tuple[re.Pattern[str], Operation]]] = {}
        self._literal_paths: set[str] = set()
        for operation in contract.operations:
            for server in contract.servers:
                path = server + operation.path
                if "{" not in path:
                    self._literal[operation.method, path] = operation
                    self._literal_paths.add(path)
                    continue
                pattern = re.compile(_PARAMETER.sub("([^/]+)", re.escape(path)))
                key = operation.method, path.count("/")
                self._templates.setdefault(key, []).append((pattern, operation))

    def find(self, method: str, path: str) -> Operation | None:
        """Return the operation of a method on a path below the server's root; None when there is none.

        HEAD asks for what GET asks for, unless the contract states an operation of its own for it.
        """
        found = self._match(method, path)
        if found is None and method == "HEAD":
            found = self._match("GET", path)
        return found[0] if found else None

    def parameters(self, method: str, path: str) -> dict[str, str]:
        """Return the path parameters, by name and as they stand in the path; none for no operation."""
        found = self._match(method, path)
        return {} if found is None else dict(zip(_NAME.findall(found[0].path), found[1], strict=True))

    def server(self, path: str) -> str:
        """Return the path of the server that a path stands below; the first one's for one below none."""
        below = [server for server in self.servers if path.startswith(f"{server}/")]
        return max(below, key=len, default=self.servers[0])

    def _match(self, method: str, path: str) -> tuple[Operation, tuple[str, ...]] | None:
        if path in self._literal_paths:
            literal = self._literal.get((method, path))
            return None if literal is None else (literal, ())
        for pattern, operation in self._templates.get((method, path.count("/")), ()):
            if found := pattern.fullmatch(path):
                return operation, found.groups()
        return None
