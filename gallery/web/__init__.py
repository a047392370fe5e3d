"""The gallery in the browser: a server on this machine that answers a page from the library's own functions.

| module | does |
|---|---|
| site | what all answers share: the database, who may see what, the orders of results |
| lanes | threads in which answers are worked out, so that quick ones never wait for slow ones |
| kept, fresh | what took long to work out, kept while the database is as it was, or nearly so |
| versions | tells when the database has changed |
| scope | what a guest may see and ask |
| guard | who gets in, by which address, and what every answer tells the browser |
| asked | what is asked, checked: parameters and bodies |
| answers | what is answered: JSON, errors, versions |
| app | the addresses, and what answers at each |
| login, passwords | the door for others |
| network | ports, and by which names this machine may be called |
| serving | serves until Ctrl-C |
| opening | who may come in by which door, and what they see |

The other modules answer, one subject each. Starlette, uvicorn and msgspec are imported here alone.
"""

__all__ = ["opening"]
