"""Long work that survives anything: plain functions made durable by a journal.

A workflow is a plain function `(run, *args)`; each `run.step` is journalled with its result and has an undo.
The functions that steps name take the service's parts first, then the arguments given:

    def claim_host(parts: Parts, server_id: ServerId) -> HostId: ...

Steps are matched by the function's name and its count (the second `plug_port` of a run is `plug_port#2`), so a
run begun by yesterday's release finishes under today's. Arguments and results are JSON: strings, numbers,
frozen dataclasses (decoded by the step function's return annotation), tuples and lists of them, None.
"""
