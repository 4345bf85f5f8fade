"""The evidence bundle: what a verdict rests on, in one ZIP archive that anybody can check.

A bundle holds the files of the site as they were read, the result and what else was made of them,
the terms, the software's version, the SHA-256 of each (``SHA256SUMS``), the organisation's Ed25519
signature of these, and a time stamp (RFC 3161) where one was asked for. `make.make_bundle` makes
one; `check.check_bundle` verifies all of it and makes the assessment anew, to the same bytes.
The format: ``docs/bundle.md``.
"""
