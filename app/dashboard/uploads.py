"""Forms that bring a file. It waits on the disk, not in memory, and is gone when its request is over. Rule R55."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from app.contacts.import_receiving import MOST_FILE_BYTES, told_disk_faults
from app.errors import BodyTooLarge, ParameterInvalid, UnsupportedBody

UPLOAD_TYPE: Final = "multipart/form-data"
_PIECE_BYTES: Final = 1 << 18
_LONGEST_NAME: Final = 120
_ROOM_FOR_FIELDS: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A form's fields, and its file; none where nobody chose one."""

    fields: Mapping[str, str]
    file: UploadFile | None

    @property
    def name(self) -> str:
        """What the file is called, as far as it can be shown."""
        name = (self.file.filename or "") if self.file else ""
        return "".join(letter for letter in name if letter.isprintable())[:_LONGEST_NAME]

    async def parts(self) -> AsyncIterator[bytes]:
        """The file, piece by piece."""
        while self.file and (part := await self.file.read(_PIECE_BYTES)):
            yield part


@asynccontextmanager
async def read_upload(request: Request) -> AsyncIterator[Upload]:
    """The form of a request; raises BodyTooLarge, UnsupportedBody, ParameterInvalid, StorageUnavailable."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != UPLOAD_TYPE:
        raise UnsupportedBody(f"This page takes files only ({UPLOAD_TYPE})")
    try:
        with told_disk_faults():
            form = await MultiPartParser(
                request.headers,
                _no_longer_than(request, MOST_FILE_BYTES + _ROOM_FOR_FIELDS),
                max_files=1,
                max_fields=10,
            ).parse()
    except ClientDisconnect:
        raise ParameterInvalid("The file ended before it was whole") from None
    except (MultiPartException, ValueError):
        raise ParameterInvalid("The form can't be read: send one file") from None
    try:
        fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
        # A form whose field was left empty sends a file without a name.
        yield Upload(fields, files[0] if files and files[0].filename else None)
    finally:
        await form.close()


async def _no_longer_than(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    taken = 0
    async for part in request.stream():
        taken += len(part)
        if taken > most:
            raise BodyTooLarge(f"The file is longer than {MOST_FILE_BYTES} bytes: cut it in pieces")
        yield part
