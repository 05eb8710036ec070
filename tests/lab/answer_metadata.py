"""A metadata service for one connection on standard input and output: answers from the files of a folder.

Run as `python answer_metadata.py FOLDER`. The file for /latest/meta-data/ is FOLDER/latest/meta-data/index.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    folder = Path(sys.argv[1])
    path = sys.stdin.readline().split()[1].lstrip("/")
    while sys.stdin.readline().strip():
        pass
    file = folder / path / "index" if path.endswith("/") else folder / path
    body = file.read_bytes() if file.is_file() else b""
    status = "200 OK" if file.is_file() else "404 Not Found"
    head = f"HTTP/1.0 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    sys.stdout.buffer.write(head.encode() + body)


if __name__ == "__main__":
    main()
