# The source address: the route's src, else the first address of the interface in the next hop's subnet.
ip link add eth0 type bridge
ip addr add 10.0.0.1/24 dev eth0
ip addr add 10.0.0.2/24 dev eth0
ip addr add 192.168.7.1/24 dev eth0
ip link set eth0 up
ip link set lo up
ip addr add 10.99.0.1/32 dev lo
ip route add default via 192.168.7.254
ip route add 10.50.0.0/16 via 10.0.0.254
ip route add 10.51.0.0/16 via 10.0.0.254 src 10.0.0.2
ip route add 10.52.0.0/16 via 10.0.0.254 src 10.99.0.1
ip route add 10.53.0.0/16 dev eth0

ip route get 8.8.8.8
ip route get 10.50.0.1
ip route get 10.51.0.1
ip route get 10.52.0.1
ip route get 10.53.0.1
ip route get 10.0.0.2
ip route get 10.50.0.1 from 192.168.7.1
ip -4 addr show dev eth0
