# The longest prefix wins, whatever the order of the routes.
ip link add eth0 type bridge
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.0.254
ip route add 172.16.0.0/12 via 10.0.0.2
ip route add 172.16.5.0/24 via 10.0.0.3
ip route add 172.16.5.7/32 via 10.0.0.4
ip route add 172.16.5.0/25 via 10.0.0.5

ip route
ip route get 8.8.8.8
ip route get 172.31.0.1
ip route get 172.16.5.200
ip route get 172.16.5.7
ip route get 172.16.5.8
ip route get 10.0.0.9
ip route get 10.0.0.1
ip route get 10.0.0.255
