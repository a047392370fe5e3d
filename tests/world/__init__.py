"""A world of changes: what may happen to photos and to what people say of them, at random, beside a plain model.

| module | |
|---|---|
| `pictures` | draws photos, and knows of all bytes what they show: which shot, which picture, which date |
| `disk` | folders with two drives, and what other programs and people do to the files |
| `said` | what a person said, as plain values: words on faces, albums, saved queries, and how it is taken back |
| `looks` | what looking through folders finds by the rules of the manual: links, bins, ignore files, drives |
| `shots` | which pictures show one shot, and what follows whom |
| `model`, `run` | what must be known and shown, worked out from these; what a look makes of it |
| `shown` | the same as the program tells it, and how both are compared |
| `watcher` | a `gallery watch` that goes on meanwhile |
| `world` | folders, gallery and model together; a step happens to all of them |
| `disk_steps`, `index_steps`, `person_steps`, `album_steps` | the steps |
| `story` | a seed's story: so many steps, and the shortest one that still shows a difference |

The model is written from the manual and docstrings alone, and imports of the program nothing that decides anything.

To add a feature: write down in `model` or `said` what must be shown of it, in `shown` what the program tells of it, and
a step that does it: a function `(world, dice)` in one of the modules of steps, under `@step`. It returns what it did in
words, or None where just then there was nothing to do it to. `python -m benchmarks.world` tries it thousands of times.
"""
