# Among routes to one prefix the lowest metric wins; when it goes, the next takes over.
ip link add eth0 type bridge
ip link add eth1 type bridge
ip addr add 10.0.0.1/24 dev eth0
ip addr add 10.0.1.1/24 dev eth1
ip link set eth0 up
ip link set eth1 up
ip route add default via 10.0.0.254 metric 200
ip route add default via 10.0.1.254 metric 100
ip route add 10.9.0.0/16 dev eth0
ip route add 10.9.0.0/16 dev eth1 metric 50
ip route
route -n
ip route get 8.8.8.8
ip route del default via 10.0.1.254
ip route get 8.8.8.8
ip route get 10.9.1.1
ip link set eth1 down
ip route
