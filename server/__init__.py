"""Assembly: settings, the app, security, the operation layer, pages and the command line."""

import warnings

# connexion 3.3 imports starlette.testclient, which asks for httpx2. An operator can do nothing about it.
warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient` is deprecated")
