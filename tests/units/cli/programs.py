"""The programs that the command line starts, each of which does nothing."""

from haneul import cli

PROGRAMS = cli.Programs(
    serve=len,
    agent=len,
    join=lambda state, token: token,
    prepare_database=lambda url: None,
    copy_database=lambda known, url: {},
)
