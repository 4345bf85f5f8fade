"""Products: nameplates, and the response of a module to irradiance and temperature."""

from pvwarranty.products.modules import Module, find_module, is_n_type
from pvwarranty.products.response import response_table

__all__ = ["Module", "find_module", "is_n_type", "response_table"]
