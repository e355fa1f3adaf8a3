"""A house whose health is shown for real on loopback, on clocks that are moved by hand."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from house import House
from paperdigest.health.application import Application
from paperdigest.health.attendant import Attendant
from paperdigest.health.examine import Examiner, Patient
from paperdigest.service import EVERY
from paperdigest.store.connection import Store
from paperdigest.web.server import Server
from visitor import Answer, answer_of


@dataclass
class Ward:
    """A house whose health is shown at `port`. `jumped` is whether its clock is doubted."""

    house: House
    port: int = 0
    jumped: bool = False
    opened: list[bool] = field(default_factory=list)
    steady: timedelta = timedelta(hours=1)

    def __post_init__(self) -> None:
        self.attendant = Attendant(EVERY, steady=lambda: self.steady)
        house = self.house
        patient = Patient(
            self._open,
            lambda: house.app.database,
            lambda: house.app.disk(),  # noqa: PLW0108 - of the app that is in force then
            lambda: house.app.views,
            lambda: len(house.app.settings.subscribers),
            lambda: house.now,
            lambda: self.jumped,
        )
        self.examiner = Examiner(patient, self.attendant)

    def _open(self, write: bool) -> Store:
        self.opened.append(write)
        return self.house.app.open_store(write=write)

    def beat(self, *names: str, error: str = "") -> None:
        for name in names or EVERY:
            with self.attendant.attending(name) as ending:
                ending.error = error

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as asking:
            asking.request(method, path, headers=headers)
            return answer_of(asking.getresponse())

    def checks(self, path: str = "/readyz") -> tuple[int, dict[str, Any]]:
        """Return the status and what is said of each check that is not well."""
        answer = self.ask(path)
        told = json.loads(answer.body)
        assert told["ok"] == (answer.status == 200)
        return answer.status, {
            name: check["said"] for name, check in told["checks"].items() if not check["ok"]
        }

    def metrics(self) -> dict[str, float]:
        """Return every sample by its name and labels."""
        return {
            " ".join([sample.name, *sample.labels.values()]): sample.value
            for family in text_string_to_metric_families(self.ask("/metrics").body)
            for sample in family.samples
        }


@contextmanager
def shown(house: House) -> Iterator[Ward]:
    ward = Ward(house)
    application = Application(ward.examiner, any_host=False)
    with closing(Server(application, "127.0.0.1:0")) as server:
        ward.port = server.address[1]
        yield ward
