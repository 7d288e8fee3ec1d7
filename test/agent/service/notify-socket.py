#!/usr/bin/env python3
"""A service manager's notify socket: prints each datagram as a line of JSON. Node has none of that kind.

Usage: notify-socket.py PATH. Descriptors that come along (systemd-notify's barrier) are closed, which is
what tells the sender that its words were read.
"""
import json
import os
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
print(json.dumps("listening"), flush=True)
while True:
    data, descriptors, _, _ = socket.recv_fds(listener, 4096, 8)
    for descriptor in descriptors:
        os.close(descriptor)
    words = [line for line in data.decode().split("\n") if line and line != "BARRIER=1"]
    for word in words:
        print(json.dumps(word), flush=True)
