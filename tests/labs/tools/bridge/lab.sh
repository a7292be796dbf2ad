# bridge link and fdb, and what ip says of a bridge's ports.
sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
ip link add br0 address 02:00:00:00:00:ff type bridge mcast_snooping 0
ip link add v1 address 02:00:00:00:00:01 type veth peer name w1 address 02:00:00:00:00:11
ip link add v2 address 02:00:00:00:00:02 type veth peer name w2 address 02:00:00:00:00:12
ip link set br0 up
ip link set v1 master br0
ip link set v1 up
ip link set w1 up
ip link set v2 master br0 up
bridge link
bridge link show dev v1
bridge link set dev v1 hairpin on
bridge -d link show dev v1 | grep -o 'hairpin [a-z]*'
bridge link set dev v1 cost 7
bridge link show dev v1
bridge fdb show dev v1
bridge fdb add 02:00:00:00:00:77 dev v1 master static
bridge fdb show br br0 dev v1 | sort
bridge fdb del 02:00:00:00:00:77 dev v1 master
bridge fdb show br br0 | sort
