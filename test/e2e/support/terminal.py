# terminal.py WIDTH HEIGHT PROGRAM [ARG]...
#
# Runs a program in a terminal of that size. What it shows goes to stdout. Each
# line of stdin is JSON: text is typed, [width, height] is the terminal's size
# from then on. Ends as the program does.

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios


def resize(fd, width, height):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))


def obey(fd, line):
    what = json.loads(line)
    if isinstance(what, str):
        os.write(fd, what.encode())
    else:
        resize(fd, *what)


def serve(fd):
    commands = b""
    wanted = [fd, 0]
    while True:
        ready = select.select(wanted, [], [])[0]
        if fd in ready:
            try:
                shown = os.read(fd, 65536)
            except OSError:
                return  # it has ended
            os.write(1, shown)
        if 0 in ready:
            got = os.read(0, 65536)
            if not got:
                wanted.remove(0)
            *lines, commands = (commands + got).split(b"\n")
            for line in lines:
                obey(fd, line)


child, terminal = pty.fork()
if child == 0:
    resize(0, int(sys.argv[1]), int(sys.argv[2]))
    os.execvp(sys.argv[3], sys.argv[3:])
serve(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
