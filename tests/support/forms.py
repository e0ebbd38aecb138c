"""What is proven by many cases that go the same way: script/test takes a few of them, script/check
(OE2PG_LONG=1) all.

    @pytest.mark.parametrize("bad", cases([(1,), (7, 8)], only_long=[(2,), (3,)]))
"""

import os

IS_LONG = bool(os.environ.get("OE2PG_LONG"))


def cases(always, only_long):
    return list(always) + (list(only_long) if IS_LONG else [])
