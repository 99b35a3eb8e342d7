"""Which operation of the contract a request asks for."""

import re

from conformance.contract.document import Contract, Operation

_PARAMETER = re.compile(r"\\\{\w+\\\}")


class Routes:
    """The paths of a contract, below each of its servers. A literal path goes before a template."""

    def __init__(self, contract: Contract) -> None:
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
                pattern = re.compile(_PARAMETER.sub("[^/]+", re.escape(path)))
                key = operation.method, path.count("/")
                self._templates.setdefault(key, []).append((pattern, operation))

    def find(self, method: str, path: str) -> Operation | None:
        """The operation of a method on a path below the server's root; None when the contract has none.

        HEAD asks for what GET asks for.
        """
        method = "GET" if method == "HEAD" else method
        if path in self._literal_paths:
            return self._literal.get((method, path))
        for pattern, operation in self._templates.get((method, path.count("/")), ()):
            if pattern.fullmatch(path):
                return operation
        return None
