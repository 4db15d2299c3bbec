"""For the platform's admins."""

from __future__ import annotations

from fastapi import APIRouter

from api.context import Api
from api.deps import ApiDep, SuperuserDep
from api.schemas.admin import DeadLetterOut, LlmSettingsIn, LlmSettingsOut
from api.schemas.common import Id, Limit, Listing
from api.schemas.problems import responses
from infra.llm.factory import default_settings
from shared.domain.llm_settings import LlmSettings

router = APIRouter(prefix="/admin", tags=["admin"], responses=responses(401, 403, 422))


@router.get("/settings/llm")
async def get_llm_settings(admin: SuperuserDep, api: ApiDep) -> LlmSettingsOut:
    """The model's settings: those set at run time, else the deployment's."""
    del admin
    return LlmSettingsOut.model_validate(await _settings(api))


@router.put("/settings/llm")
async def set_llm_settings(given: LlmSettingsIn, admin: SuperuserDep, api: ApiDep) -> LlmSettingsOut:
    """Change what is named. Works within five seconds everywhere."""
    del admin
    await api.desk.platform.change_llm_settings(given.changes())
    return LlmSettingsOut.model_validate(await _settings(api))


@router.get("/dead-letters")
async def list_dead_letters(admin: SuperuserDep, api: ApiDep, limit: Limit = 50) -> Listing[DeadLetterOut]:
    """Work that failed for the last time, the newest first."""
    del admin
    letters = await api.desk.ports.dead_letters.list(limit)
    return Listing(items=[DeadLetterOut.model_validate(letter) for letter in letters])


@router.post("/dead-letters/{letter_id}/replay", status_code=202, responses=responses(404))
async def replay_dead_letter(letter_id: Id, admin: SuperuserDep, api: ApiDep) -> None:
    """Let it be tried again."""
    del admin
    await api.desk.ports.dead_letters.replay(letter_id)


async def _settings(api: Api) -> LlmSettings:
    return await api.desk.platform.llm_settings(default_settings(api.desk.settings.llm))
