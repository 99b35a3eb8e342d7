"""An ordinary server: projects and their tasks behind a password, in OpenAPI 3.0 based at `/api/v1`."""

import threading
from collections.abc import Mapping
from typing import Any

from tests.foreign.troubles.api import Api, Operation, message
from tests.foreign.troubles.documents import load
from tests.foreign.troubles.messages import Call, Refusal, Reply
from tests.foreign.troubles.security import Credentials

CREDENTIALS: Credentials = {
    "editor": {"password": "editor:correct horse"},
    "reader": {"password": "reader:battery staple"},
}

_TASK_DEFAULTS: Mapping[str, Any] = {"state": "open", "hours": None, "due": None}


class Tasks:
    """Keeps projects by their keys, and the tasks of each by their numbers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._projects: dict[str, dict[str, Any]] = {}
        self._tasks: dict[str, dict[int, dict[str, Any]]] = {}
        self._last = 0

    @property
    def operations(self) -> dict[str, Operation]:
        """A function for each operation of the contract."""
        writes = {
            "createProject": self.create_project,
            "updateProject": self.update_project,
            "deleteProject": self.delete_project,
            "createTask": self.create_task,
            "replaceTask": self.replace_task,
            "deleteTask": self.delete_task,
        }
        reads = {
            "listProjects": self.list_projects,
            "getProject": lambda call: Reply(200, self._project(call)),
            "listTasks": self.list_tasks,
            "getTask": lambda call: Reply(200, self._task(call)),
        }
        return {
            "getHealth": lambda _: Reply(200, {"status": "ok"}),
            **{name: self._alone(operation) for name, operation in reads.items()},
            **{name: self._alone(_editors_only(operation)) for name, operation in writes.items()},
        }

    def list_projects(self, call: Call) -> Reply:
        """Return the projects from an offset on."""
        return Reply(200, _page(call, [self._projects[key] for key in sorted(self._projects)]))

    def create_project(self, call: Call) -> Reply:
        """Make a project."""
        key = call.body["key"]
        if key in self._projects:
            raise Refusal(409, "There is a project with this key.")
        self._tasks[key] = {}
        self._projects[key] = {"lead": None, **call.body}
        return Reply(201, self._projects[key])

    def update_project(self, call: Call) -> Reply:
        """Change what is sent."""
        project = self._projects[self._project(call)["key"]] = {**self._project(call), **call.body}
        return Reply(200, project)

    def delete_project(self, call: Call) -> Reply:
        """Delete a project without tasks."""
        key = self._project(call)["key"]
        if self._tasks[key]:
            raise Refusal(409, "The project has tasks.")
        del self._projects[key], self._tasks[key]
        return Reply(204)

    def list_tasks(self, call: Call) -> Reply:
        """Return the tasks of a project from an offset on, in a state where one is asked for."""
        state = call.parameters["state"]
        tasks = self._tasks[self._project(call)["key"]].values()
        return Reply(200, _page(call, [task for task in tasks if state in (None, task["state"])]))

    def create_task(self, call: Call) -> Reply:
        """Add a task to a project."""
        tasks = self._tasks[self._project(call)["key"]]
        self._last += 1
        task = tasks[self._last] = {"number": self._last, **_TASK_DEFAULTS, **call.body}
        return Reply(201, task)

    def replace_task(self, call: Call) -> Reply:
        """Replace a task; what is not sent has its default again."""
        number = self._task(call)["number"]
        task = {"number": number, **_TASK_DEFAULTS, **call.body}
        self._tasks[self._project(call)["key"]][number] = task
        return Reply(200, task)

    def delete_task(self, call: Call) -> Reply:
        """Delete a task."""
        del self._tasks[self._project(call)["key"]][self._task(call)["number"]]
        return Reply(204)

    def _alone(self, operation: Operation) -> Operation:
        def run(call: Call) -> Reply:
            with self._lock:
                return operation(call)

        return run

    def _project(self, call: Call) -> dict[str, Any]:
        project = self._projects.get(call.parameters["project_key"])
        if project is None:
            raise Refusal(404, "There is no such project.")
        return project

    def _task(self, call: Call) -> dict[str, Any]:
        task = self._tasks[self._project(call)["key"]].get(call.parameters["task_number"])
        if task is None:
            raise Refusal(404, "There is no such task.")
        return task


def _editors_only(operation: Operation) -> Operation:
    def run(call: Call) -> Reply:
        if call.role != "editor":
            raise Refusal(403, "Whoever this is may only read.")
        return operation(call)

    return run


def _page(call: Call, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    offset: int = call.parameters["offset"]
    return items[offset : offset + call.parameters["limit"]]


def tasks_api() -> Api:
    """Return a server of tasks."""
    return Api(
        load("tasks"),
        Tasks().operations,
        base="/api/v1",
        credentials=CREDENTIALS,
        refused=400,
        form=message,
    )
