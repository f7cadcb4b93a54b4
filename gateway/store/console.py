"""What the operator console keeps and asks, part by part."""

from __future__ import annotations

from gateway.store.alert_facts import AlertFacts
from gateway.store.alert_messages import AlertMessages
from gateway.store.alerts import Alerts
from gateway.store.audit import Audit
from gateway.store.database import Database
from gateway.store.door_counts import DoorCounts
from gateway.store.editing import Editing
from gateway.store.figures import Figures
from gateway.store.finding import Finding
from gateway.store.jobs import Jobs
from gateway.store.key_care import KeyCare
from gateway.store.lines import Lines
from gateway.store.sessions import Sessions
from gateway.store.source_facts import SourceFacts
from gateway.store.suppression_lists import SuppressionLists
from gateway.store.suppressions import Suppressions
from gateway.store.users import Users


class ConsoleStore:
    """Reached as `store.console`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self.audit = Audit(database)
        self.users = Users(database)
        self.editing = Editing(database)
        self.finding = Finding(database)
        self.sessions = Sessions(database)
        self.doors = DoorCounts(database)
        self.keys = KeyCare(database)
        self.sources = SourceFacts(database)
        self.jobs = Jobs(database)
        self.lines = Lines(database)
        self.figures = Figures(database)
        self.suppressions = Suppressions(database)
        self.suppression_lists = SuppressionLists(database)
        self.alerts = Alerts(database)
        self.alert_messages = AlertMessages(database)
        self.alert_facts = AlertFacts(database)
