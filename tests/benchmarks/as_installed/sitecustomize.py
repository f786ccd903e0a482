"""Python reads this at its start: packages of development are missing here, as they are where Socket is installed."""

import os
import sys

sys.modules |= dict.fromkeys(os.environ["PACKAGES_OF_DEVELOPMENT"].split())
