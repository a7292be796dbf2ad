ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
bridge fdb
bridge link
ip link set v0 up
bridge fdb
ip link set v0 down
bridge fdb
ip link set v0 up
ip link set v1 up
sleep 3
bridge fdb
ip addr add 10.0.0.1/24 dev v0
ip addr add fd00::5/64 dev v0 nodad
bridge fdb show dev v0
ip link set v1 down
bridge fdb show dev v1
sysctl -qw net.ipv6.conf.v0.disable_ipv6=1
bridge fdb show dev v0
ip link add br0 address 02:00:00:00:00:99 type bridge
bridge fdb show dev br0
ip link set br0 up
sleep 3
bridge fdb show dev br0
ip link set v1 up
ip link set v1 master br0
sleep 3
bridge link
bridge -d link
bridge -j link
bridge -j -p -d link
bridge link show dev v1
bridge fdb show br br0
bridge fdb show dev v1
bridge fdb show brport v1
bridge fdb add 02:00:00:00:00:77 dev v1 master
bridge fdb add 02:00:00:00:00:77 dev v1 master
bridge fdb add 02:00:00:00:00:78 dev v1 master static
bridge fdb add 02:00:00:00:00:79 dev v1 master dynamic
bridge fdb add 02:00:00:00:00:7a dev br0 self
bridge fdb show dev v1 state permanent
bridge fdb show dev v1 state static
bridge fdb show dev v1 dynamic
bridge fdb replace 02:00:00:00:00:77 dev v1 master static
bridge fdb show dev v1 state static
bridge -j fdb show dev v1 dynamic
bridge fdb del 02:00:00:00:00:77 dev v1 master
bridge fdb del 02:00:00:00:00:77 dev v1 master
bridge fdb del 02:00:00:00:00:78 dev v1 master
bridge fdb show dev v1
bridge fdb add zz dev v1 master
bridge fdb add 02:00:00:00:00:77 dev nope
bridge fdb add 02:00:00:00:00:77
bridge fdb show br nope
bridge fdb show dev nope
bridge link set dev v1 hairpin on isolated on learning off
bridge link set dev v1 cost 9 priority 3
bridge -d link
bridge link set dev v0 hairpin on
bridge link set dev nope hairpin on
bridge link set hairpin on
bridge link set dev v1 hairpin x
bridge foo
bridge fdb foo
bridge link foo
bridge link show dev nope
bridge -foo
bridge -V
ip link set v1 nomaster
bridge link
bridge fdb show br br0
sysctl -qw net.ipv4.conf.all.forwarding=1
ip netns add a
bridge -n a fdb
bridge -n a link
bridge -n nope link
