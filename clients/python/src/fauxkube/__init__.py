"""Starts fauxkube, a Kubernetes API server made for tests, and controls it."""

from .admin import AdminError, NotServed
from .cluster import Cluster, connect
from .process import StartError, start

__all__ = ["AdminError", "Cluster", "NotServed", "StartError", "connect", "start"]
