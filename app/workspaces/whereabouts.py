"""Where a workspace lives: a request that reaches another region's deployment is told the right host. Rule R52."""

from app.errors import WorkspaceNotFound, WrongRegion
from app.ids import AppId, is_app_id, region_of
from app.settings import Settings


def require_here(app_id: AppId, settings: Settings) -> None:
    """Raises WorkspaceNotFound for what is no app_id, WrongRegion for one that lives elsewhere."""
    if not is_app_id(app_id) or region_of(app_id) is None:
        raise WorkspaceNotFound
    require_not_elsewhere(app_id, settings)


def require_not_elsewhere(app_id: AppId, settings: Settings) -> None:
    """Raises WrongRegion for a workspace that lives elsewhere; what is no app_id lives nowhere."""
    region = region_of(app_id) if is_app_id(app_id) else None
    if region in (None, settings.region):
        return
    host = settings.region_hosts.get(region)
    where = f"at {host}" if host else "on another deployment"
    raise WrongRegion(f"This workspace lives in the {region} region, {where}", host)


def public_origin(settings: Settings) -> str | None:
    """Where people reach this deployment, if the settings say it: what links to its workspaces begin with."""
    host = settings.region_hosts.get(settings.region)
    return f"https://{host}" if host else None
