"""Walks the page records of a stream's RAM sections the way a seeking script does: read a word, seek over the page.

Knows just enough of the frame for the streams that make-streams.js writes. Prints how many records it met.
"""

import struct
import sys

PAGE_SIZE = 4096
ZERO, MEM_SIZE, PAGE, EOS, CONTINUE = 0x02, 0x04, 0x08, 0x10, 0x20


def u32(stream):
    return struct.unpack(">I", stream.read(4))[0]


def u64(stream):
    return struct.unpack(">Q", stream.read(8))[0]


def ram(stream):
    records = 0
    while True:
        word = u64(stream)
        flags = word & (PAGE_SIZE - 1)
        if flags & EOS:
            return records
        if flags & MEM_SIZE:
            left = word - flags
            while left > 0:
                stream.read(stream.read(1)[0])
                left -= u64(stream)
            continue
        if not flags & CONTINUE:
            stream.read(stream.read(1)[0])
        if flags & PAGE:
            stream.seek(PAGE_SIZE, 1)
        elif flags & ZERO:
            stream.read(1)
        else:
            raise SystemExit("record with flags %#x" % flags)
        records += 1


def main(path):
    records = 0
    with open(path, "rb") as stream:
        stream.read(8)
        if stream.read(1) != b"\x07":
            raise SystemExit("no configuration section")
        stream.read(u32(stream))
        while True:
            kind = stream.read(1)[0]
            if kind not in (1, 2, 3):
                break
            stream.read(4)
            if kind == 1:
                stream.read(stream.read(1)[0] + 8)
            records += ram(stream)
            stream.read(5)
    print(records)


main(sys.argv[1])
