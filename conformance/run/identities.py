"""Who asks: somebody in a role, who shows each operation the credential that it takes."""

from collections.abc import Mapping

from conformance.contract.document import Contract, Operation
from conformance.contract.routes import Routes
from conformance.contract.security import Form
from conformance.http.credentials import NOBODY, Credential, authorization, of_scheme
from conformance.http.target import Target


class Role:
    """Somebody who has credentials for some schemes of a contract."""

    def __init__(self, contract: Contract, routes: Routes, held: Mapping[str, Credential]) -> None:
        self._contract = contract
        self._routes = routes
        self._held = held

    def credential(self, method: str, path: str) -> Credential:
        """Return what the operation takes, as far as it is held; for no operation the first that is held.

        Of alternatives it is the first of which all is held.
        """
        operation = self._routes.find(method, path)
        if operation is None:
            return next(iter(self._held.values()), NOBODY)
        alternatives = [each for each in self._contract.alternatives(operation) if each]
        whole = (each for each in alternatives if all(name in self._held for name in each))
        shown = NOBODY
        for name in next(whole, alternatives[0] if alternatives else ()):
            shown |= self._held.get(name, NOBODY)
        return shown


def of_role(contract: Contract, routes: Routes, target: Target, role: str) -> Role | Credential:
    """Return who somebody in a role is: nobody, if nothing was given for it."""
    if role in target.credentials:
        return Role(contract, routes, target.credentials[role])
    key = target.keys.get(role)
    return NOBODY if key is None else authorization(f"Bearer {key}")


def unknown(contract: Contract, operation: Operation, text: str) -> Credential:
    """Return what an operation takes, in the right form, made of a text that no server has issued."""
    shown = NOBODY
    for name in next(iter(contract.alternatives(operation)), ()):
        scheme = contract.schemes.get(name)
        if scheme is not None and scheme.form is not Form.OTHER:
            shown |= of_scheme(scheme, f"{text}:{text}" if scheme.form is Form.BASIC else text)
    return shown
