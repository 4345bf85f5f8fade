"""The commands of the service: ``pvwarranty serve``, ``worker`` and ``admin``."""
