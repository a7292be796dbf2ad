# ip rule: the three rules of every host, and rules of one's own.
ip rule
ip rule add from 10.0.0.0/24 table 100
ip rule add fwmark 0x1 lookup 200 priority 50
ip rule add to 192.0.2.0/24 prohibit
ip rule add iif lo table main pref 40
ip rule
ip link add eth0 type bridge
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.0.254 table 100
ip route add default via 10.0.0.253 table 200
ip route show table 100
ip route get 8.8.8.8
ip route get 8.8.8.8 mark 1
ip route get 8.8.8.8 from 10.0.0.1
ip route get 192.0.2.1
ip rule del pref 50
ip rule del from 10.0.0.0/24 table 100
ip rule
