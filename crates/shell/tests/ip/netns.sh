ip netns
ip netns add a
ip netns add b
ip netns
ip netns add a
ip netns del nope
ip netns del
ip netns add
ip netns add x/y
ip -n nope link
ip -n a link
ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
ip link set v1 netns a
ip netns
ip link
ip -n a link
ip -n a link set v1 name eth0 up
ip link set v0 up
ip link
ip -n a link
ip -n a -j link show eth0
ip -br link
ip link add w0 address 02:00:00:00:00:03 netns a type veth peer name w1 address 02:00:00:00:00:04 netns b
ip -n a link
ip -n b link
ip netns list
ip -j netns
ip netns exec a ip link show eth0
ip netns exec nope ip link
ip netns exec a
ip netns exec
ip -n b link set w1 netns a
ip -n a link show w1
ip -n a link show w0
ip -n b link
ip link add v0 type veth peer name z0 netns a
ip netns foo
ip -a netns
ip link set lo netns b
