"""Where a workspace lives: a request that reaches another region's deployment is told the right host. Rule R52."""

from app.errors import WorkspaceNotFound, WrongRegion
from app.ids import AppId, is_app_id, region_of
from app.settings import Settings


def require_here(app_id: AppId, settings: Settings) -> None:
    """Raises WorkspaceNotFound for what is no app_id, WrongRegion for one that lives elsewhere."""
    region = region_of(app_id)
    if region is None or not is_app_id(app_id):
        raise WorkspaceNotFound
    if region == settings.region:
        return
    host = settings.region_hosts.get(region)
    where = f"at {host}" if host else "on another deployment"
    raise WrongRegion(f"This workspace lives in the {region} region, {where}", host)
