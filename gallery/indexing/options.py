"""What may be asked of one run of the index, and of what it tells."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from gallery.indexing.rescoring import Rescored
from gallery.indexing.results import Phase
from gallery.records import FileStamp


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """How one run of `index` goes."""

    workers: int | None = None
    """Processes that look for faces; None: as many as the setting of this name says."""
    follow_links: bool | None = None
    """Also folders that are symbolic links are looked into, from now on; None: as said of these folders before."""
    retry_failed: bool = False
    """Files that couldn't be read are tried again, although they haven't changed."""
    include: Collection[str] | None = None
    """Names of bins and the like that are taken in from now on, in place of those given before; None: those."""
    keep_model: bool = False
    """The model whose predictions are shown stays, though the classifier be another; stored faces aren't read."""
    force: bool = False
    """All files are read and searched for faces anew, unchanged ones too. What people said of the faces stays."""
    thumbnails: bool = True
    """Of photos that are searched for faces a small picture is kept: see `gallery.images.thumbnail_cache`."""
    wait: bool = False
    """Another process that indexes into the same database is waited for."""
    skip: Callable[[FileStamp], bool] | None = None
    """Files for which it says yes are left as they are for another run; nothing is said of them."""
    on_phase: Callable[[Phase], None] | None = None
    """Told what the run begins with now."""
    on_found: Callable[[int], None] | None = None
    """Told, while it looks through the folders, how many files it has found so far."""
    on_plan: Callable[[int], None] | None = None
    """Told the number of files found, those with problems among them, before the first result."""
    on_bins: Callable[[int], None] | None = None
    """Told at the end how many photos were passed over in bins, snapshots and the like; counted up to a limit."""
    on_other_files: Callable[[int, int], None] | None = None
    """Told at the end how many videos and how many raw files lie among the photos, all of which are passed over."""
    on_rescore: Callable[[Rescored], None] | None = None
    """Told how far it is while stored faces are read that the classifier hasn't seen, which comes before all else."""
