"""Cameras that were set up by copying one camera's configuration to the next, its private key included."""

from dataclasses import replace

from lab.copies import respell
from lab.depot import cameras
from lab.devices import reolink_camera, vivotek_camera
from lab.exchange import exchanged
from lab.fake import TLS, Build, Fake

_APART = 5000
"""Which copy of the camera these are, so that they differ from all the others that a city may have."""


def _clones(name: str, of: Fake, host: int, key: str, build: Build, older_than: str = "") -> Fake:
    own = next(service.tls for service in of.services if service.port == 443 and hasattr(service, "tls"))
    assert isinstance(own, TLS)
    made = respell(of, _APART)
    return replace(
        made,
        name=name,
        title=f"{of.model} whose key was copied from another one",
        host=host,
        quarter="depot",
        services=exchanged(made.services, ((own, replace(own, common=key)),)),
        together=(f"shared-key: {key}",),
        build=build,
        older_than=older_than,
        settings=(),
        state="",
        states=(),
    )


_2022 = next(fake for fake in cameras.FAKES if fake.name == "depot_reolink_2022")
assert _2022.build
_UNSAID = Build(None, "VIVOTEK: it states no version")

FAKES = (
    _clones("depot_cloned_reolink", reolink_camera.FAKE, 252, "harbour", _2022.build, _2022.older_than),
    _clones("depot_cloned_vivotek", vivotek_camera.FAKE, 253, "market square", _UNSAID),
)
