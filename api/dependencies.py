"""What handlers are given."""

import getpass
from typing import Annotated

from fastapi import Depends, Request

from api.cache import Caches
from api.conditional import Reading
from api.language import language_of
from api.registry import Registry
from gisreg.db.engine import Actor
from gisreg.text import Language


def get_registry(request: Request) -> Registry:
    """The application's way to the database."""
    registry: Registry = request.app.state.registry
    return registry


RegistryDep = Annotated[Registry, Depends(get_registry)]


def get_reading(request: Request, registry: RegistryDep) -> Reading:
    """One read for this request."""
    return Reading(request, registry)


ReadingDep = Annotated[Reading, Depends(get_reading)]


def get_caches(request: Request) -> Caches:
    """What was made before."""
    caches: Caches = request.app.state.caches
    return caches


CachesDep = Annotated[Caches, Depends(get_caches)]


def get_actor(registry: RegistryDep) -> Actor:
    """Who the history names for a change made here: GISREG_ACTOR, else the user the server runs as."""
    return Actor(registry.settings.actor or getpass.getuser(), "api", registry.settings.roles)


ActorDep = Annotated[Actor, Depends(get_actor)]


def get_language(request: Request, registry: RegistryDep) -> Language:
    """The reader's language."""
    return language_of(request, registry.settings.language)


LanguageDep = Annotated[Language, Depends(get_language)]
