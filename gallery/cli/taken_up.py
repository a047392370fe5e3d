"""What `gallery watch` works with at each look: what others changed meanwhile is taken up, and never forced back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gallery.errors import GalleryError
from gallery.faces import EmotionClassifier, FaceDetector
from gallery.records import ModelInfo
from gallery.settings import Settings
from gallery.store.store import Store

Networks = tuple[FaceDetector, EmotionClassifier]


@dataclass(frozen=True, slots=True)
class Tools:
    """What a look works with; `keep_model`: another model is shown, which it leaves so."""

    settings: Settings
    detector: FaceDetector
    classifier: EmotionClassifier
    keep_model: bool = False


class TakenUp:
    """The tools of each look, which begin with those given.

    `read(flags_too)` reads the settings as they are by now, with the model and all else that was given as flags on
    top, or without the model; `load` makes networks of them. What can't be taken up is told, once.
    """

    def __init__(
        self,
        store: Store,
        tools: Tools,
        read: Callable[[bool], Settings],
        load: Callable[[Settings], Networks],
        tell: Callable[[str], None],
    ) -> None:
        self._store, self._read, self._load, self._tell = store, read, load, tell
        self.tools = tools
        self._asked = tools.settings.model
        self._told = ""
        self._began = False

    def now(self) -> Tools:
        """For the look that begins now. The first one makes its model the one shown, as `gallery index` does."""
        try:
            self.tools = self._chosen(self._store.current_model()) if self._began else self.tools
        except GalleryError as error:
            self._say(f"{error}; going on as before")
        self._began = True
        return self.tools

    def _chosen(self, shown: ModelInfo | None) -> Tools:
        usual = self._made(self._by_settings())
        if shown is None or shown.id == self.tools.classifier.model_id:
            return usual
        for settings in self._of_shown(usual.settings, shown):
            try:
                found = self._made(settings)
            except GalleryError:
                continue  # the name of a model whose file is somewhere else
            if found.classifier.model_id == shown.id:
                return found
        self._say(f"the model {shown.name} is shown from now on; new faces are read with {usual.classifier.name}")
        return replace(usual, keep_model=True)

    def _by_settings(self) -> Settings:
        """As they are by now; a model that was taken up stays until they name another one than before."""
        settings = self._read(True)
        before, self._asked = self._asked, settings.model
        return replace(settings, model=self.tools.settings.model) if settings.model == before else settings

    def _of_shown(self, settings: Settings, shown: ModelInfo) -> Iterator[Settings]:
        """Settings by which the model that is shown may be had."""
        yield settings
        yield self._read(False)
        yield replace(settings, model=shown.name)

    def _made(self, settings: Settings) -> Tools:
        if settings == self.tools.settings:
            return replace(self.tools, keep_model=False)
        return Tools(settings, *self._load(settings))

    def _say(self, text: str) -> None:
        if text != self._told:
            self._tell(text)
        self._told = text
