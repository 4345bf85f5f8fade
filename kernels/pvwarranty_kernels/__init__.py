"""Numeric kernels of pvwarranty: arrays in, arrays out; numpy and numba only.

No domain type, file, clock or hidden randomness. Import the module that is needed, for instance
`from pvwarranty_kernels import chain, daily, sky, sun`: compiling is left until first use.
"""
