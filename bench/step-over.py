"""Walks the page records of a stream's RAM sections the way a seeking script does: read a word, seek over the page.

Knows just enough of the frame for the streams that make-streams.js writes. Prints how many records it met. With a folder as second argument it
writes each page to a file for its block instead, one by one.
"""

import os
import struct
import sys

PAGE_SIZE = 4096
ZERO, MEM_SIZE, PAGE, EOS, CONTINUE = 0x02, 0x04, 0x08, 0x10, 0x20


def u32(stream):
    return struct.unpack(">I", stream.read(4))[0]


def u64(stream):
    return struct.unpack(">Q", stream.read(8))[0]


class Blocks:
    """The files of the blocks, made when they are first named."""

    def __init__(self, folder):
        self.folder = folder
        self.files = {}
        self.current = None

    def turn_to(self, name):
        if name not in self.files:
            path = os.path.join(self.folder, name.decode().replace("/", "_"))
            self.files[name] = open(path, "wb")
        self.current = self.files[name]

    def write(self, address, data):
        self.current.seek(address)
        self.current.write(data)


def ram(stream, blocks):
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
            name = stream.read(stream.read(1)[0])
            if blocks:
                blocks.turn_to(name)
        if flags & PAGE and blocks:
            blocks.write(word - flags, stream.read(PAGE_SIZE))
        elif flags & PAGE:
            stream.seek(PAGE_SIZE, 1)
        elif flags & ZERO:
            stream.read(1)
        else:
            raise SystemExit("record with flags %#x" % flags)
        records += 1


def main(path, folder=None):
    records = 0
    blocks = Blocks(folder) if folder else None
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
            records += ram(stream, blocks)
            stream.read(5)
    print(records)


main(*sys.argv[1:])
