"""What an ingest run says about itself. Names files, rules and columns; never a value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class FileOutcome:
    """What became of one landing file."""

    source_file: str
    """Path below the landing zone."""
    file_id: str
    received: int
    valid: int
    quarantined: int
    byte_count: int
    is_unreadable: bool = False
    reason: str | None = None
    """Why it could not be read, and what to do."""
    is_repeated_file: bool = False
    is_new: bool = True
    """False when its receipt was there already."""
    unknown_columns: tuple[str, ...] = ()
    rules: dict[str, int] = field(default_factory=dict)
    """Quarantined records per rule."""


@dataclass
class IngestSummary:
    """State of one or more arrival days of a feed after a run, files of earlier runs included."""

    feed: str
    days: list[date] = field(default_factory=list)
    files: list[FileOutcome] = field(default_factory=list)
    ignored: dict[str, str] = field(default_factory=dict)
    """Entries of the landing folder that are no landing file, or could not be opened, and why."""
    unopened: dict[str, str] = field(default_factory=dict)
    """Landing files that the operating system did not let us read; they are tried again by the next run."""
    seconds: float = 0.0

    @property
    def received(self) -> int:
        """Records received; an unreadable file counts as one."""
        return sum(file.received for file in self.files)

    @property
    def valid(self) -> int:
        """Records that passed the door."""
        return sum(file.valid for file in self.files)

    @property
    def quarantined(self) -> int:
        """Records kept out; an unreadable file counts as one."""
        return sum(file.quarantined for file in self.files)

    @property
    def new_files(self) -> int:
        """Files that this run loaded."""
        return sum(file.is_new for file in self.files)

    @property
    def unreadable(self) -> dict[str, str]:
        """Unreadable files with the reason and the next step."""
        found = {file.source_file: file.reason or "" for file in self.files if file.is_unreadable}
        return found | self.unopened

    @property
    def rules(self) -> dict[str, int]:
        """Quarantined records per rule, most frequent first."""
        total: Counter[str] = Counter()
        for file in self.files:
            total.update(file.rules)
        return dict(total.most_common())

    @property
    def unknown_columns(self) -> list[str]:
        """Columns that the feed does not know."""
        return sorted({name for file in self.files for name in file.unknown_columns})

    def add(self, other: IngestSummary) -> None:
        """Take in the summary of another day of the same feed."""
        self.days += other.days
        self.files += other.files
        self.ignored |= other.ignored
        self.unopened |= other.unopened
        self.seconds += other.seconds

    def as_line(self) -> str:
        """One line for a log."""
        span = f"{min(self.days)} to {max(self.days)}" if len(self.days) > 1 else "".join(map(str, self.days))
        return (
            f"{self.feed} {span}: {len(self.files)} files ({self.new_files} new, {len(self.unreadable)} unreadable), "
            f"{self.received} records received, {self.valid} valid, {self.quarantined} quarantined, "
            f"{self.seconds:.1f} s"
        )
