"""Small servers with contracts of their own, each with what makes a contract of others hard to test.

`notes` and `tasks` are ordinary. Every other one is named after what is unusual or wrong about it, and is
correct in everything else. `registry.py` lists them; `python -m tests.foreign.troubles NAME` starts one.
"""
