"""A zip archive from somebody else, without the ways in which such archives are made to cost more than they seem to.

What the archive says of itself is looked at before anything is unpacked: how large its list of members is (each costs memory before the first is read), how
they are packed (bzip2 and LZMA unpack without a bound in Python), and that no name stands there twice, of which two readers might take different ones. A
member is unpacked up to the size that it states, and not a byte further. Nothing is ever written to a file, so that a name may be what it likes.
"""

import struct
import zipfile
from io import BytesIO

_END = struct.Struct("<4s4H2LH")
_END_MARK, _LARGE_MARK = b"PK\x05\x06", b"PK\x06\x07"
_LARGE_SIZE = 20
_LARGEST_LIST = 128 * 1024
"""The bytes that the list of members may have; ours has 60 for each of a dozen."""
_ENCRYPTED = 0x1
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class ZipMembers:
    """The members of an archive by name; raises `zipfile.BadZipFile` for what is none, or none that is read here."""

    def __init__(self, packed: bytes) -> None:
        _check_end(packed)
        self._zip = zipfile.ZipFile(BytesIO(packed))
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in self._zip.infolist():
            if member.filename in self._members:
                raise zipfile.BadZipFile(f"it holds {member.filename[:100]!r} twice")
            if member.compress_type not in _KINDS or member.flag_bits & _ENCRYPTED:
                raise zipfile.BadZipFile(f"{member.filename[:100]!r} is encrypted, or packed in another way than ours")
            self._members[member.filename] = member

    @property
    def size(self) -> int:
        """The bytes that all members together say that they have when unpacked."""
        return sum(member.file_size for member in self._members.values())

    def read(self, name: str) -> bytes:
        """A member, unpacked; KeyError where there is none of that name."""
        member = self._members[name]
        with self._zip.open(member) as file:
            return file.read(member.file_size + 1)


def _check_end(packed: bytes) -> None:
    """The archive ends as ours do: in a record that says how large the list is (APPNOTE.TXT, section 4.3.16), without a comment, and not in zip64."""
    end = packed[-_END.size :]
    if len(end) < _END.size or not end.startswith(_END_MARK):
        raise zipfile.BadZipFile("File is not a zip file, or something follows it")
    *_, size, _, comment = _END.unpack(end)
    if packed[-_END.size - _LARGE_SIZE :].startswith(_LARGE_MARK):
        raise zipfile.BadZipFile("it is of the kind for archives larger than 4 GB (zip64)")
    if comment or size > _LARGEST_LIST:
        raise zipfile.BadZipFile(f"its list of members is longer than {_LARGEST_LIST:,} bytes, or it has a comment")
