"""The description of the REST API, in OpenAPI 3.1: one module for each resource, in our own words.

``document`` puts the pieces together; a test holds them against the routes, both ways.
"""
