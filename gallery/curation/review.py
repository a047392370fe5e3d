"""A person's way through faces that are in doubt, an answer for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gallery.curation.doubt import DoubtfulFace, located
from gallery.curation.history import Action, list_actions, undo
from gallery.curation.labels import label_faces, reject_faces
from gallery.errors import NotIndexedError
from gallery.query.query import Query
from gallery.search.chosen import copies_meant
from gallery.search.gate import Gate
from gallery.settings import Settings
from gallery.store.store import Store


@dataclass(frozen=True, slots=True)
class _Answer:
    """Which of the faces was answered, and what the history says of it."""

    position: int
    action: Action


class Review:
    """A person's way through doubtful faces: at `position`, counted from 0, stands the face that is asked about.

    Every answer is one action of the history, and in the database when the method returns. `query` is what found the
    faces: where it speaks of paths, they are shown in the files that it means.
    """

    def __init__(
        self,
        store: Store,
        faces: Sequence[DoubtfulFace],
        settings: Settings | None = None,
        query: Query | None = None,
    ) -> None:
        self._store = store
        self._faces = faces
        self._settings = settings or Settings()
        self._query = query or Query()
        self._gate = Gate.of(Query(), self._settings)
        self._answers: list[_Answer] = []
        self.position = 0

    @property
    def total(self) -> int:
        """How many faces there were at the beginning."""
        return len(self._faces)

    @property
    def answered(self) -> int:
        """To how many faces an answer stands."""
        return len(self._answers)

    def current(self) -> DoubtfulFace | None:
        """The face asked about; None at the end.

        Faces that are gone meanwhile, for someone else rejected them or their photo was overwritten, are passed over.
        """
        while self.position < self.total:
            face = self._faces[self.position]
            with self._store.read() as connection:
                copies = copies_meant(connection, self._query, self._settings)
                now = located(connection, [(face.id, face.scores)], self._gate, copies)
            if now:
                return now[0]
            self.position += 1
        return None

    def label(self, emotion: str) -> bool:
        """Says that the face shows this emotion, and goes on; False where the face is gone."""
        return self._answer(lambda face: label_faces(self._store, [face], emotion))

    def reject(self) -> bool:
        """Says that this is no face, and goes on; False where it is gone."""
        return self._answer(lambda face: reject_faces(self._store, [face]))

    def skip(self) -> None:
        """Leaves the face as it is, and goes on."""
        self.position += 1

    def undo(self) -> bool:
        """Takes the last answer back and returns to its face.

        False, and nothing is changed, where there is none, or where something else was done since: that comes first.
        """
        if not self._answers or list_actions(self._store, limit=1) != [self._answers[-1].action]:
            return False
        undo(self._store)
        self.position = self._answers.pop().position
        return True

    def _answer(self, say: Callable[[int], int]) -> bool:
        position = self.position
        self.position += 1
        try:
            say(self._faces[position].id)
        except NotIndexedError:
            return False
        self._answers.append(_Answer(position, list_actions(self._store, limit=1)[0]))
        return True
