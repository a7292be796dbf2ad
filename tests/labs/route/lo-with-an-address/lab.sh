# lo gets 127.0.0.1 whenever it comes up, before addresses of a wider scope.
ip addr add 10.9.0.1/32 dev lo
ip link set lo up
ip -4 addr show dev lo
ip link set lo down
ip link set lo up
ip -4 -br addr
ip addr del 127.0.0.1/8 dev lo
ip link set lo down
ip link set lo up
ip -4 -br addr
ping -c1 -q 127.0.0.1 | grep packets
ip route show table local
