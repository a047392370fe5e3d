"""Scalars in the files that TensorBoard shows."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from tensorboardX.event_file_writer import EventsWriter
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.proto.summary_pb2 import Summary


class Events:
    """One new event file in `folder`; those that were there are removed, and nothing else is.

    Not tensorboardX's SummaryWriter: that writes from a thread, where nobody hears of a full disk. Here it is an
    OSError.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("events.out.tfevents.*"):
            old.unlink()
        # Absolute: tensorboardX takes a folder called `s3:run` or `gs:run` for a place in the cloud.
        self._writer = EventsWriter(str(folder.absolute() / "events"))
        self._writer.flush()

    def add(self, step: int, scalars: Mapping[str, float]) -> None:
        """Write these values of one step, down to the disk."""
        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in scalars.items()]
        self._writer.write_event(Event(wall_time=time.time(), step=step, summary=Summary(value=values)))
        self._writer.flush()
