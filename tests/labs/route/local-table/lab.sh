# The local table: what is delivered here, and the broadcast addresses.
ip link set lo up
ip link add eth0 type bridge
ip addr add 10.0.0.1/24 dev eth0
ip addr add 10.0.5.1/32 dev eth0
ip link set eth0 up
ip route show table local
ip route show table main
ip route show scope link
ip route show 10.0.0.0/24
ip route show dev lo table local
