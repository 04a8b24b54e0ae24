"""How random the tests are.

The suite tries the same random examples every time, so that a change is judged by what it changes.
`pytest --hypothesis-profile=explore tests/property` looks for new ones.
"""

from hypothesis import settings

settings.register_profile("explore", derandomize=False)
settings.register_profile("suite", derandomize=True, database=None)
settings.load_profile("suite")
