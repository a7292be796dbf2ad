# What `ip link` takes, refuses and shows.
ip netns add n
ip link add br0 type bridge
ip link add p0 address 02:00:00:00:00:01 type veth peer name p1 address 02:00:00:00:00:02
ip link set p1 master br0
ip link add m0 link p0 address 02:00:00:00:00:0a type macvlan
ip -d link show dev m0
ip link show dev m0
ip link set p0 up
ip link set p1 up
ip link set m0 up
sleep 1
ip link show dev m0
ip link add link p0 address 02:00:00:00:00:0b type macvlan mode bridge
ip -d -o link show dev macvlan0
ip -j -d link show dev macvlan0 | tr ',' '\n' | grep -E 'kind|mode|"link"'
ip link add m1 link m0 address 02:00:00:00:00:0c type macvlan mode private
ip -o link show dev m1
ip link add x link lo type macvlan
ip link add x link p1 type macvlan
ip link add x link nosuch type macvlan
ip link add x type macvlan
ip link add x link p0 type macvlan mode frob
echo "status $?"
ip link add x link p0 type macvlan mode
ip link add x link p0 type macvlan frob
echo "status $?"
ip link add m0 link p0 type macvlan
ip link set p0 master br0
ip link set m1 netns n
ip -n n -o link show dev m1
ip link set m1 type macvlan mode bridge
ip -n n link del m1
ip link set p0 down
sleep 2
ip link set p0 netns n
sleep 2
ip -o link show dev m0
ip -n n -br link
ip netns del n
sleep 1
ip -br link show type macvlan
