"""`make bench`: what the application costs beside the least that the same work could cost, measured in one run.

make bench                              every row, in under six minutes
make bench ARGS="--quick"               without the long rows
make bench ARGS="--only save --quick"   some; --help names them

Each figure is a median of runs that alternate with those of its floor, so that a busy machine slows both. What is
measured is served as in production: gunicorn with gunicorn.conf.py, `aicmm.settings`, SQLite with synchronous=FULL or a
PostgreSQL that keeps fsync. A goal that is missed is printed and leaves the exit status at 0; what can't be measured
makes it 1.
"""
