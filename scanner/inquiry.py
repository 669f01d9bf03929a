"""Login questions to one device: put while there is time and the device is well, and answered without other accounts' secrets."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from checks.contract import Account, Answer, Login, Verdict
from inventory.model import Device
from scanner.boundary import contained
from scanner.canary import Canary
from scanner.logins import load_logins
from scanner.wire import Wire


@dataclass(slots=True)
class Inquiry:
    """Puts login questions to `device` until the loop's time `ends`.

    `names` are all that the device is known by, under which its attempts are counted, whatever address it is asked at. `asking` is told each question, `canary`
    watches over the device, and `deadline` is how many seconds it had in all.
    """

    wire: Wire
    canary: Canary
    device: Device
    names: tuple[str, ...]
    asking: Callable[[str], None]
    ends: float
    deadline: float
    _tried: set[Account] = field(default_factory=set)

    async def put(self, question: Login) -> Answer:
        """The answer; NOT_TRIED with the reason where the time is up or the device is left alone."""
        if question.remembered:
            return self.wire.remembered(question, self.names)
        if asyncio.get_running_loop().time() >= self.ends:
            return Answer(Verdict.NOT_TRIED, reason=f"the {self.deadline:.0f} seconds for this device were used up")
        if self.canary.halt:
            return Answer(Verdict.NOT_TRIED, reason=f"not tried: {self.canary.halt}")
        self.asking(f"{question.protocol} login")
        answer = await self._login(question)
        in_vain = answer.verdict is Verdict.UNREACHED
        watched = self.canary.after_login(question.endpoint, question.protocol, in_vain=in_vain, device=self.device)
        await contained(watched, f"looking at {self.device.address}")
        if self.canary.changed:
            return Answer(Verdict.NOT_TRIED, reason=f"not tried: {self.canary.changed}")
        return answer

    async def _login(self, question: Login) -> Answer:
        driver = load_logins().get(question.protocol)
        if driver is None:
            return Answer(Verdict.NOT_TRIED, reason=f"there is no login driver for {question.protocol}")
        tls = any(
            seen.endpoint == question.endpoint
            and not seen.facts.get("tls.starttls")  # there the driver says the command
            for seen in self.device.speaking("tls")
        )
        before = frozenset(self._tried - {question.account})
        self._tried.add(question.account)
        return await self.wire.login(
            driver, question, tls=tls, names=self.names, before=before, host_key=self._host_key(question)
        )

    def _host_key(self, question: Login) -> str:
        """The kind and the SHA-256 of the host key that was shown at the endpoint, "" where none was."""
        facts = (seen.facts for seen in self.device.speaking("ssh") if seen.endpoint == question.endpoint)
        shown = (
            f"{one['ssh.hostkey_type']} {one['ssh.hostkey_sha256']}" for one in facts if "ssh.hostkey_sha256" in one
        )
        return next(shown, "")
