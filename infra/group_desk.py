"""The part of `infra.bootstrap` about work groups: a file of its own for its size, and loaded only where a group is
served."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.bootstrap import Desk
    from shared.services.bind_group import BindGroup
    from shared.services.cockpit import Cockpit
    from shared.services.mirror import Mirror
    from shared.services.mirror_enlist import Enlist
    from shared.services.mirror_heal import HealGroups
    from shared.services.mirror_lease import Turns
    from shared.services.regenerate import Regenerate


class GroupDesk:
    """Services of work groups, over the desk's own. Each is built when it is first used."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ports = desk.ports

    @cached_property
    def turns(self) -> Turns:
        """Who may write into a group now."""
        from shared.services.mirror_lease import Turns

        return Turns(self._ports.tasks, self._ports.clock, self._ports.ids)

    @cached_property
    def enlist(self) -> Enlist:
        """What topics owe."""
        from shared.services.mirror_enlist import Enlist

        return Enlist(self._desk.directory)

    @cached_property
    def mirror(self) -> Mirror:
        """Topics in step with conversations."""
        from shared.services.mirror import Mirror
        from shared.services.mirror_calls import Calls
        from shared.services.mirror_round import Round
        from shared.services.mirror_steps import Steps
        from shared.services.outgoing_files import OutgoingFiles

        desk, ports = self._desk, self._ports
        steps = Steps(desk.directory, OutgoingFiles(lambda: ports.blobs), ports.tasks, ports.clock)
        round = Round(steps, Calls(ports.clock), ports.clock)
        return Mirror(desk.platform, ports.clock, self.enlist, ports.forums, self.turns, round)

    @cached_property
    def heal(self) -> HealGroups:
        """What groups have missed."""
        from shared.services.mirror_heal import HealGroups

        return HealGroups(self._desk.platform, self._ports.clock, self.enlist, self.turns)

    @cached_property
    def bind(self) -> BindGroup:
        """Which group a workspace has."""
        from shared.services.bind_group import BindGroup

        desk, ports = self._desk, self._ports
        return BindGroup(desk.platform, ports.forums, desk.directory, self.enlist, self.turns, ports.clock)

    @cached_property
    def cockpit(self) -> Cockpit:
        """What people do in a group."""
        from shared.services.cockpit import Cockpit
        from shared.services.cockpit_actions import Actions
        from shared.services.cockpit_commands import Commands
        from shared.services.cockpit_messages import GroupMessages
        from shared.services.cockpit_presses import GroupPresses
        from shared.services.cockpit_scene import Cast, Voice
        from shared.services.group_membership import GroupMemberships
        from shared.services.mark_read import MarkAsRead
        from shared.store.users import Users

        desk, ports = self._desk, self._ports
        voice, cast = Voice(self.turns, ports.clock), Cast(Users(ports.store))
        actions = Actions(desk.execute, desk.send_message, self.regenerate, cast, voice, ports.clock)
        messages = GroupMessages(
            actions,
            Commands(actions, voice),
            voice,
            desk.send_message,
            MarkAsRead(desk.execute, desk.directory),
            desk.stage_file,
            ports.forums,
            ports.tasks,
            ports.clock,
        )
        memberships = GroupMemberships(desk.platform, self.turns, ports.clock)
        presses = GroupPresses(actions, voice)
        return Cockpit(desk.platform, memberships, messages, presses, actions, voice, desk.followers)

    @cached_property
    def regenerate(self) -> Regenerate:
        """Another draft."""
        from shared.services.regenerate import Regenerate

        desk = self._desk
        return Regenerate(desk.platform, self._ports.bus, self._ports.clock, desk.followers)
