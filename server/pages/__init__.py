"""The pages that people look at: landing page, documentation, the contract's files, and health.

They are ordinary Flask blueprints. The app that takes them in answers the operations itself.
"""

from server.pages.health import health
from server.pages.published import PublishedContract
from server.pages.views import ServerInfo, pages

__all__ = ["PublishedContract", "ServerInfo", "health", "pages"]
