# ip route add, change, replace, append and del.
ip link add eth0 type bridge
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip route add 10.5.0.0/16 via 10.0.0.2
ip route add 10.5.0.0/16 via 10.0.0.3
ip route replace 10.5.0.0/16 via 10.0.0.3
ip route
ip route change 10.5.0.0/16 via 10.0.0.4
ip route append 10.5.0.0/16 via 10.0.0.5
ip route
ip route change 10.6.0.0/16 via 10.0.0.4
ip route del 10.5.0.0/16
ip route del 10.5.0.0/16
ip route del 10.5.0.0/16
ip route flush 10.0.0.0/24
ip route
