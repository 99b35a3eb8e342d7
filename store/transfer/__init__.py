"""Files that hold everything a store keeps, for any other store: JSON, a line for each record.

The first line says what the file is; then comes a line for each record with its kind, in the order in which
stores yield them; the last line has their numbers and a checksum, so that a file that was cut or damaged is
noticed.

    {"format":"access-profiles","version":1,"exported_at":"2026-03-01T08:00:00Z"}
    {"kind":"last_id","of":"role","value":1}
    {"kind":"role","id":1,"name":"Analysts","description":null,"created_at":"2026-03-01T08:00:00Z"}
    {"kind":"end","counts":{"last_id":1,"role":1},"sha256":"…"}
"""

from store.transfer.reader import Unreadable, import_records
from store.transfer.writer import export_records

__all__ = ["Unreadable", "export_records", "import_records"]
