"""The service over pvwarranty: organisations, store, jobs, API and pages.

Layers, each using only those below: command, app and worker, routes and pages, web, services,
jobs, auth, store, errors and settings.
"""
