"""stub"""

from flask import Blueprint

pages = Blueprint("pages", __name__)
actions = Blueprint("actions", __name__)
