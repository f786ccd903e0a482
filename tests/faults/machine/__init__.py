"""Schedules drawn by chance: two practices bill while everything between us and Xero goes wrong, in any order."""

from tests.faults.machine.running import run as run
