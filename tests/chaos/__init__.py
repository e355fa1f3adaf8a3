"""The crash harness: the real program, hostile servers, SIGKILL at any instant; then the servers' logs
against the ledger. `make chaos` runs it; tests/chaos/test_chaos.py runs a little of it.
"""
