"""Runs custom actions by a call instead of over HTTP, as an endpoint Rasa knows."""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection as SdkRejection

ACTIONS = "bot.dialogue.actions"


class LocalActions(EndpointConfig):
    """An action endpoint without a host.

    Rasa swallows an exception of an action and says nothing to the person. Here it is remembered, so that the engine
    can raise it after the turn.
    """

    def __init__(self) -> None:
        # Without "enable_selective_domain" the whole domain is copied for every action call.
        super().__init__(url="local", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(ACTIONS)
        self._failures: dict[str, Exception] = {}

    @property
    def names(self) -> frozenset[str]:
        """Names of the actions that can be run."""
        return frozenset(self._executor.actions)

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any | None:
        """Runs the action named in the request body.

        Raises:
            ActionExecutionRejection: If the action refuses to run (a form does).
        """
        call = kwargs["json"]
        try:
            return await self._executor.run(call)
        except SdkRejection as refusal:
            raise ActionExecutionRejection(refusal.action_name) from refusal
        except Exception as error:
            self._failures[call["sender_id"]] = error
            raise

    def failure(self, turn: str) -> Exception | None:
        """What went wrong in an action of a turn; asked once."""
        return self._failures.pop(turn, None)


def trust_local_actions() -> None:
    """Skips Rasa's check of an action's answer against a JSON schema where the action ran in this process.

    The SDK has checked the events already, and the check costs thirty milliseconds a turn: it checks the schema, too,
    every time. Answers from a real action server are checked as before.
    """
    if getattr(RemoteAction, "_trusts_local", False):
        return
    checked = RemoteAction._validate_action_result

    def validate(self: RemoteAction, result: dict[str, Any]) -> bool:
        return isinstance(self.action_endpoint, LocalActions) or bool(checked(self, result))

    RemoteAction._validate_action_result = validate
    RemoteAction._trusts_local = True
