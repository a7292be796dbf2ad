# A machine with nothing in it but its own loopback.
ip link set lo up
