"""What the tests of this room share."""

from tests.trends.conftest import statements

__all__ = ["statements"]
