"""The load generator: simulated messengers and dashboards, and what the server spends on them.

``load`` reads the arguments of ``scripts/load`` and ``run`` is the run: pings, sockets, heartbeats,
leaves. ``bench`` does the same for ``scripts/bench``, side by side with the servers of ``baseline``.
Below them: ``fleet`` (many messengers) of ``messenger`` (one socket), ``dashboards`` and ``dots`` (who
sees which dot turn when), ``web`` (pings), ``frames`` (RFC 6455 from the client's side), ``pace`` (when
the next heartbeat is due), ``machine`` (what a process has used), ``product`` (a server of our own).

The product is driven from outside, as a browser would. Three programs that the benchmark starts have to
import it: ``sweep`` (a million contacts in one process), ``one_commit_each`` and ``default_stack`` (the
server with other ways to write).
"""
